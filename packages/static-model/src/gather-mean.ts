import { normalizeRows, Embeddings } from "@kokeshi/core";
import type { EmbeddingTable } from "./embedding-table.js";
import type { WeighedTokens } from "./sublinear-counts.js";

/**
 * The weighted mean of the vectors of each text's tokens; a text without tokens gives zeros. A mean depends on its own
 * text alone.
 *
 * Sums are in the order of the tokens and as wide as numpy makes them: float32, or float64 where the factors are
 * (Model2Vec stores weights in float64). Over hundreds of equal tokens the other width is off by several 1e-6.
 *
 * @param normalize scale each mean to length 1
 * @param means receives `(starts.length - 1) * table.dimensions` values, row-major
 */
export function gatherMeans(
  table: EmbeddingTable,
  { ids, starts, weights }: WeighedTokens,
  normalize: boolean,
  means: Float32Array,
): void {
  const { values, dimensions, rowOf, factors } = table;
  const sum = new (factors instanceof Float64Array ? Float64Array : Float32Array)(dimensions);
  for (let row = 0; row + 1 < starts.length; row++) {
    const start = starts[row] as number;
    const end = starts[row + 1] as number;
    if (start === end) continue;
    sum.fill(0);
    let total = 0;
    for (let index = start; index < end; index++) {
      const token = ids[index] as number;
      const weight = weights === undefined ? 1 : (weights[index] as number);
      const factor = factors === undefined ? weight : weight * (factors[token] as number);
      total += weight;
      const first = (rowOf === undefined ? token : (rowOf[token] as number)) * dimensions;
      for (let column = 0; column < dimensions; column++) {
        sum[column] = (sum[column] as number) + factor * (values[first + column] as number);
      }
    }
    const target = row * dimensions;
    for (let column = 0; column < dimensions; column++)
      means[target + column] = (sum[column] as number) / total;
  }
  if (normalize) normalizeRows(new Embeddings(means, dimensions));
}
