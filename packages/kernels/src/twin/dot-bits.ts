import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

/** Twin of dotBits in assembly/look-up-bits.ts. */
export function dotBits(
  views: MemoryViews,
  table: number,
  stride: number,
  sums: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
): void {
  const { float32, uint8 } = views;
  const partial = new Float32Array(4);
  for (let index = 0; index < count; index++) {
    const row = rowAt(views, rowIds, firstRow, index);
    const first = table + (row >>> 4) * 16 * stride + (row & 15);
    partial.fill(0);
    for (let byte = 0; byte < stride; byte++) {
      const bits = uint8[first + byte * 16] as number;
      const here = sums / 4 + byte * 32;
      const place = (byte & 1) << 1;
      partial[place] = (partial[place] as number) + (float32[here + (bits >> 4)] as number);
      partial[place + 1] = (partial[place + 1] as number) + (float32[here + 16 + (bits & 15)] as number);
    }
    const [sum0, sum1, sum2, sum3] = partial as unknown as [number, number, number, number];
    float32[scores / 4 + index] = Math.fround(sum0 + sum1) + Math.fround(sum2 + sum3);
  }
}
