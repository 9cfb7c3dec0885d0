import type { MemoryViews } from "../memory-views.js";
import { lookUpBits } from "./look-up-bits.js";
import { collectTop } from "./top-k.js";

/** Twin of collectTopBits in assembly/collect-top-bits.ts. */
export function collectTopBits(
  views: MemoryViews,
  table: number,
  stride: number,
  values: number,
  firstRow: number,
  step: number,
  count: number,
  list: number,
  least: number,
  k: number,
  capacity: number,
  size: number,
): number {
  const scores = values + stride * 32;
  for (let done = 0, row = firstRow; done < count; done += 16, row += step) {
    const rows = Math.min(16, count - done);
    lookUpBits(views, table, stride, values, 0, row, rows, scores);
    size = collectTop(views, views.int32, scores, 0, row, rows, list, least, k, capacity, size);
  }
  return size;
}
