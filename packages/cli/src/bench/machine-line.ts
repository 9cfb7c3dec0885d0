import { availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";

/** What the figures were measured on, and how busy it was with other work when they began. */
export function machineLine(): string {
  return [
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    platform(),
    `Node ${process.versions.node}`,
    `load average ${loadavg()[0]?.toFixed(1)} at the start`,
  ].join(" · ");
}
