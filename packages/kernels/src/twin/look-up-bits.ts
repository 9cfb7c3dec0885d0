import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

/** Twin of lookUpBits in assembly/look-up-bits.ts. */
export function lookUpBits(
  views: MemoryViews,
  table: number,
  stride: number,
  values: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
): void {
  const { int32, uint8 } = views;
  for (let index = 0; index < count; index++) {
    const row = rowAt(views, rowIds, firstRow, index);
    const first = table + (row >>> 4) * 16 * stride + (row & 15);
    let sum = 0;
    for (let byte = 0; byte < stride; byte++) {
      const bits = uint8[first + byte * 16] as number;
      const here = values + byte * 32;
      sum += (uint8[here + (bits >> 4)] as number) + (uint8[here + 16 + (bits & 15)] as number);
    }
    int32[scores / 4 + index] = sum;
  }
}
