import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** What the figures were measured on, and how busy it was with other work when they began. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `${model}, ${availableParallelism()} cores`,
    `${gigabytes} GB`,
    `${platform()} ${release()}`,
    `Node ${process.versions.node} (V8 ${process.versions.v8.split("-")[0]})`,
    `load average ${loadavg()[0]?.toFixed(1)} at the start`,
  ].join(" · ");
}
