import type { Embeddings } from "@kokeshi/core";
import { prepareQuery } from "@kokeshi/quantization";
import type { CodeFormat } from "./code-format.js";

/** Queries as the kernels take them, for the codes of one stage. Plain data: another thread can use it. */
export interface StageQueries {
  /** `count` rows of `width` elements. */
  readonly values: Float32Array;
  readonly count: number;
  /** Elements of a query. */
  readonly width: number;
}

export interface PreparedQueries extends StageQueries {
  /** The score, cosine or dot product, that a score of the kernels stands for. */
  scoreOf(query: number, kernelScore: number): number;
}

/**
 * Bits count as +-1 / sqrt(dimensions), so that scores are cosines of the query and the vector of signs. The queries
 * stay as they are: bits with bits lose much of the order that bits with float32 keep, as `semantic_search_faiss` of
 * sentence-transformers knows, which rescores so (sentence_transformers/util/quantization.py).
 *
 * @param queries of the dimensions of the stage
 */
export function prepareQueries(
  { kind, width: bytes, decoding }: CodeFormat,
  queries: Embeddings,
): PreparedQueries {
  const { dimensions, data, rows: count } = queries;
  if (decoding === undefined) return { values: data, count, width: dimensions, scoreOf: (_, score) => score };
  // A component for each bit, those of the padding too.
  const width = kind === "bits" ? 8 * bytes : dimensions;
  const values = new Float32Array(count * width);
  const offsets = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const { folded, offset } = prepareQuery(queries.row(row), decoding);
    values.set(folded, row * width);
    offsets[row] = offset;
  }
  return { values, count, width, scoreOf: (row, score) => score + (offsets[row] as number) };
}

export function chosenQueries({ values, width }: StageQueries, start: number, end: number): StageQueries {
  return { values: values.subarray(start * width, end * width), count: end - start, width };
}
