import type { MemoryViews } from "../memory-views.js";
import { rowOfId } from "./table-row.js";

const idsAtATime = 16;

/** Twin of assembly/gather-means-float32.ts. */
export function gatherMeansFloat32(
  views: MemoryViews,
  table: number,
  stride: number,
  rowOf: number,
  factors: number,
  ids: number,
  starts: number,
  rows: number,
  means: number,
): void {
  const { uint32, float32 } = views;
  const sums = new Float32Array(stride);
  for (let row = 0; row < rows; row++) {
    const first = uint32[starts / 4 + row] as number;
    const end = uint32[starts / 4 + row + 1] as number;
    const target = means / 4 + row * stride;
    float32.fill(0, target, target + stride);
    for (let start = first; start < end; start += idsAtATime) {
      const stop = Math.min(end, start + idsAtATime);
      sums.fill(0);
      for (let index = start; index < stop; index++) {
        const id = uint32[ids / 4 + index] as number;
        const source = table / 4 + rowOfId(views, rowOf, id) * stride;
        const factor = factors === 0 ? 1 : (float32[factors / 4 + id] as number);
        for (let column = 0; column < stride; column++) {
          const product = Math.fround(factor * (float32[source + column] as number));
          sums[column] = (sums[column] as number) + product;
        }
      }
      const reciprocal = Math.fround(stop === end ? 1 / Math.fround(end - first) : 1);
      addSums(float32, target, sums, start === first, reciprocal);
    }
  }
}

/** Adds the sums of a block of ids to those before it; after the last, `reciprocal` makes them means. */
export function addSums(
  float32: Float32Array,
  target: number,
  sums: Float32Array,
  isFirst: boolean,
  reciprocal: number,
): void {
  for (let column = 0; column < sums.length; column++) {
    const sum = sums[column] as number;
    float32[target + column] =
      (isFirst ? sum : Math.fround((float32[target + column] as number) + sum)) * reciprocal;
  }
}
