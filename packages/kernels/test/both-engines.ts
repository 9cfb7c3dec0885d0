import { expect } from "vitest";
import { createKernelsSync, type Kernels } from "../src/index.js";

/** One of each engine, fresh. */
export function bothEngines(): [webassembly: Kernels, javascript: Kernels] {
  return [createKernelsSync({ engine: "webassembly" }), createKernelsSync({ engine: "javascript" })];
}

/** Runs the same on both engines, expects the same bits from both, and returns them. */
export function onBoth<Result>(run: (kernels: Kernels) => Result): Result {
  const [webassembly, javascript] = bothEngines().map(run) as [Result, Result];
  expect(bitsOf(webassembly)).toEqual(bitsOf(javascript));
  return webassembly;
}

/** Typed arrays as bytes, so that 0 and -0 differ. */
function bitsOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return [
      value.constructor.name,
      Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex"),
    ];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, bitsOf(entry)]));
}
