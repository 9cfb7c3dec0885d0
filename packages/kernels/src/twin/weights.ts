import type { MemoryViews } from "../memory-views.js";

/** Twin of assembly/weights.ts: the weights of a row, or `undefined` where all are 1. */
export function otherWeights(
  { float32 }: MemoryViews,
  weights: number,
  first: number,
  end: number,
): Float32Array | undefined {
  if (weights === 0) return undefined;
  const ofRow = float32.subarray(weights / 4 + first, weights / 4 + end);
  return ofRow.some((weight) => weight !== 1) ? ofRow : undefined;
}

export function sumOfWeights(weights: Float32Array): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

export function boundOfWeights(weights: Float32Array): number {
  const greatest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  let bound = 1;
  while (bound < greatest) bound *= 2;
  while (bound >= 2 * greatest) bound /= 2;
  return bound;
}
