import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

/** Twin of assembly/hamming.ts. */
export function hamming(
  views: MemoryViews,
  table: number,
  stride: number,
  query: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
): void {
  const { int32 } = views;
  const words = stride / 4;
  for (let index = 0; index < count; index++) {
    const row = (table + rowAt(views, rowIds, firstRow, index) * stride) / 4;
    let differing = 0;
    for (let word = 0; word < words; word++) {
      differing += onesOf((int32[row + word] as number) ^ (int32[query / 4 + word] as number));
    }
    int32[scores / 4 + index] = -differing;
  }
}

/** Ones among 32 bits: pairs, fours, bytes, then the sum of the four bytes (Warren, "Hacker's Delight", 5-1). */
function onesOf(bits: number): number {
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
