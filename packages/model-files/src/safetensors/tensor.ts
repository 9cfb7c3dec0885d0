import type { DataType } from "./data-type.js";

export interface Tensor {
  dtype: DataType;
  shape: readonly number[];
  /** Row-major elements, little-endian. A view of the file where it was read from one. */
  data: Uint8Array;
}

export interface Safetensors {
  tensors: ReadonlyMap<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

/** Product of the shape, or NaN when it leaves the exact whole numbers. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const length of shape) count *= length;
  return Number.isSafeInteger(count) ? count : NaN;
}
