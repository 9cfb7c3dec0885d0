import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

/** Twin of assembly/dot-int8.ts. */
export function dotInt8(
  views: MemoryViews,
  table: number,
  stride: number,
  query: number,
  rowIds: number,
  firstRow: number,
  count: number,
  sums: number,
): void {
  const { int8, int16, int32 } = views;
  for (let index = 0; index < count; index++) {
    const row = table + rowAt(views, rowIds, firstRow, index) * stride;
    let sum = 0;
    for (let column = 0; column < stride; column++) {
      sum += (int16[query / 2 + column] as number) * (int8[row + column] as number);
    }
    int32[sums / 4 + index] = sum;
  }
}
