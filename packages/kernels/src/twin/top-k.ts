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
  for (let index = 0; index < count; index++) {
    const score = values[scores / 4 + index] as number;
    // Also true for NaN.
    if (!(score >= (values[least / 4] as number))) continue;
    values[list / 4 + size] = score;
    views.uint32[list / 4 + capacity + size] = rowAt(views, rowIds, firstRow, index);
    if (++size < capacity) continue;
    keepTop(views, values, list, capacity, capacity, k);
    const worst = Math.min(...values.subarray(list / 4, list / 4 + k));
    values[least / 4] = values instanceof Int32Array ? worst + 1 : worst;
    size = k;
  }
  return size;
}

/** Twin of keepTopFloat32 and keepTopInt32. */
export function keepTop(
  views: MemoryViews,
  values: Scores,
  list: number,
  capacity: number,
  size: number,
  k: number,
): void {
  const best = bestFirst(values.subarray(list / 4, list / 4 + size)).subarray(0, k);
  rearrange(views, values, list, capacity, best.sort());
}

/** Twin of sortTopFloat32 and sortTopInt32. */
export function sortTop(
  views: MemoryViews,
  values: Scores,
  list: number,
  capacity: number,
  size: number,
): void {
  rearrange(views, values, list, capacity, bestFirst(values.subarray(list / 4, list / 4 + size)));
}

/** The places of the scores, those of the greatest first. */
function bestFirst(scores: Scores): Uint32Array {
  const places = Uint32Array.from(scores, (_, place) => place);
  return places.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/** Makes entry i of a list what entry `places[i]` was. */
function rearrange(
  { uint32 }: MemoryViews,
  values: Scores,
  list: number,
  capacity: number,
  places: Uint32Array,
): void {
  const scores = values.slice(list / 4, list / 4 + capacity);
  const rows = uint32.slice(list / 4 + capacity, list / 4 + 2 * capacity);
  places.forEach((place, index) => {
    values[list / 4 + index] = scores[place] as number;
    uint32[list / 4 + capacity + index] = rows[place] as number;
  });
}
