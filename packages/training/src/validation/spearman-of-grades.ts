import { cosineSimilarity } from "@kokeshi/core";
import type { TermFrequency, WeighedTokens } from "@kokeshi/static-model";
import type { GradedSource } from "../graded-source.js";
import { withTermFrequency } from "../with-term-frequency.js";
import { textVectors } from "./text-vectors.js";

/**
 * A score for validation: Spearman's rank correlation of the cosines of held-out graded pairs with their grades.
 *
 * @param termFrequency as of the training. Default: "linear"
 */
export function spearmanOfGrades(
  source: GradedSource,
  termFrequency?: TermFrequency,
): (table: Float32Array, dimensions: number) => number {
  const grades = ranks(source.scores);
  const [firstTokens, secondTokens] = [source.first, source.second].map((side) =>
    withTermFrequency(side, termFrequency),
  ) as [WeighedTokens, WeighedTokens];
  return (table, dimensions) => {
    const first = textVectors(table, dimensions, firstTokens);
    const second = textVectors(table, dimensions, secondTokens);
    const cosines = Float64Array.from(source.scores, (_, pair) =>
      cosineSimilarity(first.row(pair), second.row(pair)),
    );
    return correlation(ranks(cosines), grades);
  };
}

/** Ranks from 1 on; equal values share the mean of theirs. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, index) => index).sort(
    (i, j) => (values[i] as number) - (values[j] as number),
  );
  const result = new Float64Array(order.length);
  for (let start = 0; start < order.length;) {
    const value = values[order[start] as number];
    let end = start;
    while (end < order.length && values[order[end] as number] === value) end++;
    for (let place = start; place < end; place++) result[order[place] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** Pearson's; 0 where either side is constant. */
function correlation(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const dx = (x[i] as number) - meanX;
    const dy = (y[i] as number) - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}
