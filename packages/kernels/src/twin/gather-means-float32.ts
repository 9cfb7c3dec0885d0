import type { MemoryViews } from "../memory-views.js";
import { normalizeRow } from "./normalize-rows.js";
import { rowOfId } from "./table-row.js";
import { otherWeights, sumOfWeights } from "./weights.js";

/** Twin of assembly/gather-means-float32.ts. */
export function gatherMeansFloat32(
  views: MemoryViews,
  table: number,
  stride: number,
  rowOf: number,
  factors: number,
  ids: number,
  weights: number,
  starts: number,
  rows: number,
  normalize: boolean,
  means: number,
): void {
  const { uint32, float32 } = views;
  const sums = new Float32Array(stride);
  for (let row = 0; row < rows; row++) {
    const first = uint32[starts / 4 + row] as number;
    const end = uint32[starts / 4 + row + 1] as number;
    const weightsOfRow = otherWeights(views, weights, first, end);
    const target = means / 4 + row * stride;
    const total = weightsOfRow === undefined ? end - first : sumOfWeights(weightsOfRow);
    sums.fill(0);
    for (let index = first; index < end; index++) {
      const id = uint32[ids / 4 + index] as number;
      const source = table / 4 + rowOfId(views, rowOf, id) * stride;
      const ownFactor = factors === 0 ? 1 : (float32[factors / 4 + id] as number);
      const factor = Math.fround(ownFactor * (weightsOfRow?.[index - first] ?? 1));
      for (let column = 0; column < stride; column++) {
        const product = Math.fround(factor * (float32[source + column] as number));
        sums[column] = (sums[column] as number) + product;
      }
    }
    const reciprocal = first === end ? 0 : Math.fround(1 / Math.fround(total));
    for (let column = 0; column < stride; column++) {
      float32[target + column] = (sums[column] as number) * reciprocal;
    }
    if (normalize) normalizeRow(float32, target, stride);
  }
}
