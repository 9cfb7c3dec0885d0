import type { ScoreFourFunction, ScoreFunction } from "./kernel-functions.js";
import { invalidArgument } from "./kernels-error.js";
import type { TopOrder, TopRows } from "./top-rows.js";
import { Vectors } from "./vectors.js";

/**
 * Vectors of int8 codes, compared by dot product with a query of
 * - int8 codes: the exact int32 sum of code times code;
 * - float32 ("asymmetric"): the query is rounded to 16-bit fixed point, which is far finer than the codes are. Where a
 *   code c of dimension i stands for `scale[i] * c + offset[i]`, pass `query[i] * scale[i]` and add the dot product of
 *   query and offset to the scores.
 */
export class Int8Vectors extends Vectors<"int8"> {
  readonly kind = "int8";
  protected readonly score: ScoreFunction = this.context.functions.dotInt8;
  protected override readonly scoreFour: ScoreFourFunction = this.context.functions.dotInt8Four;
  readonly dimensions = this.place.dimensions;

  /** The dot product of the query and every vector, or those of `rowIds`. */
  dotProducts(query: Int8Array, rowIds?: Uint32Array): Int32Array;
  dotProducts(query: Float32Array, rowIds?: Uint32Array): Float32Array;
  dotProducts(query: Int8Array | Float32Array, rowIds?: Uint32Array): Int32Array | Float32Array {
    const { values, step } = this.prepare(query);
    const sums = this.scoreAll({ values, scores: "int32" }, rowIds) as Int32Array;
    return query instanceof Int8Array ? sums : multiplied(sums, step);
  }

  /** The `k` vectors, of all or of `rowIds`, with the greatest dot product. */
  nearest(query: Int8Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows<Int32Array>;
  nearest(query: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows;
  nearest(
    query: Int8Array | Float32Array,
    k: number,
    rowIds?: Uint32Array,
    order?: TopOrder,
  ): TopRows<Int32Array> | TopRows {
    const { values, step } = this.prepare(query);
    const { rows, scores } = this.topOfAll({ values, scores: "int32" }, k, rowIds, order);
    const sums = scores as Int32Array;
    if (query instanceof Int8Array) return { rows, scores: sums };
    return { rows, scores: multiplied(sums, step) };
  }

  /**
   * `nearest` of each query, in one pass over the vectors for many.
   *
   * @param queries row-major, `dimensions` values a query
   */
  nearestBatch(queries: Int8Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows<Int32Array>[];
  nearestBatch(queries: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows[];
  nearestBatch(
    queries: Int8Array | Float32Array,
    k: number,
    rowIds?: Uint32Array,
    order?: TopOrder,
  ): TopRows<Int32Array>[] | TopRows[] {
    const prepared = this.rowsOf(queries).map((query) => this.prepare(query));
    const tops = this.topOfEach(
      prepared.map(({ values }) => ({ values, scores: "int32" })),
      k,
      rowIds,
      order,
    ) as TopRows<Int32Array>[];
    if (queries instanceof Int8Array) return tops;
    return tops.map(({ rows, scores }, index) => ({
      rows,
      scores: multiplied(scores, (prepared[index] as FixedPointQuery).step),
    }));
  }

  private prepare(query: Int8Array | Float32Array): FixedPointQuery {
    this.requireLength(query);
    return query instanceof Int8Array ? { values: Int16Array.from(query), step: 1 } : fixedPointQuery(query);
  }
}

function multiplied(sums: Int32Array, step: number): Float32Array {
  const scores = new Float32Array(sums.length);
  for (let index = 0; index < sums.length; index++) scores[index] = (sums[index] as number) * step;
  return scores;
}

interface FixedPointQuery {
  values: Int16Array;
  /** What 1 stands for. */
  step: number;
}

/** The finest steps with which no element leaves int16, and no dot product with int8 codes leaves int32. */
function fixedPointQuery(query: Float32Array): FixedPointQuery {
  let greatest = 0;
  let sum = 0;
  for (let index = 0; index < query.length; index++) {
    const size = Math.abs(query[index] as number);
    if (!(size < Infinity)) {
      throw invalidArgument(`query[${index}] is ${query[index]}`, "use a query of finite numbers");
    }
    greatest = Math.max(greatest, size);
    sum += size;
  }
  // Rounding adds at most half a step an element to the sum.
  const mostSteps = 2 ** 24 - 1 - query.length / 2;
  const step = Math.max(greatest / 32_767, sum / mostSteps);
  const values = new Int16Array(query.length);
  if (step > 0) query.forEach((value, index) => (values[index] = Math.round(value / step)));
  return { values, step };
}
