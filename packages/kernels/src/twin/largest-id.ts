import type { MemoryViews } from "../memory-views.js";

/** Twin of assembly/largest-id.ts. */
export function largestId({ uint32 }: MemoryViews, ids: number, count: number): number {
  let largest = 0;
  for (let index = ids / 4; index < ids / 4 + count; index++)
    largest = Math.max(largest, uint32[index] as number);
  return largest;
}
