import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

type Scores = Float32Array | Int32Array;

/** Twin of collectTopFloat32 and collectTopInt32 of assembly/top-k.ts: `values` is the memory seen as the one or other. */
export function collectTop(
  views: MemoryViews,
  values: Scores,
  scores: number,
  rowIds: number,
  firstRow: number,
  count: number,
  list: number,
  least: number,
  k: number,
  capacity: number,
  size: number,
): number {
  const better = values instanceof Int32Array && rowIds === 0 ? 1 : 0;
  for (let index = 0; index < count; index++) {
    const score = values[scores / 4 + index] as number;
    // Also true for NaN.
    if (!(score >= (values[least / 4] as number))) continue;
    values[list / 4 + size] = score;
    views.uint32[list / 4 + capacity + size] = rowAt(views, rowIds, firstRow, index);
    if (++size < capacity) continue;
    sortTop(views, values, list, capacity, capacity);
    values[least / 4] = (values[list / 4 + k - 1] as number) + better;
    size = k;
  }
  return size;
}

/** Twin of sortTopFloat32 and sortTopInt32. */
export function sortTop(
  { uint32 }: MemoryViews,
  values: Scores,
  list: number,
  capacity: number,
  size: number,
): void {
  const scores = values.slice(list / 4, list / 4 + size);
  const rows = uint32.slice(list / 4 + capacity, list / 4 + capacity + size);
  const order = Uint32Array.from(rows, (_, index) => index).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || (rows[a] as number) - (rows[b] as number),
  );
  order.forEach((entry, index) => {
    values[list / 4 + index] = scores[entry] as number;
    uint32[list / 4 + capacity + index] = rows[entry] as number;
  });
}
