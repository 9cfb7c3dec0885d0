import { readFileSync } from "node:fs";

/**
 * What a processor does with INT8: "vnni" multiplies and adds without saturation (Intel since Ice Lake, AMD since
 * Zen 4), "avx2" saturates where weights are signed, "arm64" has dot products of its own.
 */
export type Int8Instructions = "vnni" | "avx2" | "arm64";

export function int8Instructions(): Int8Instructions {
  if (process.arch === "arm64") return "arm64";
  return /\bavx(?:512)?_vnni\b/.test(processorFlags()) ? "vnni" : "avx2";
}

/** Only Linux says; elsewhere the older instructions are assumed, which every x64 processor of today has. */
function processorFlags(): string {
  if (process.platform !== "linux") return "";
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}
