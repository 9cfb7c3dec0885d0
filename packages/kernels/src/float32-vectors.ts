import type { ScoreFourFunction, ScoreFunction } from "./kernel-functions.js";
import type { TopOrder, TopRows } from "./top-rows.js";
import { Vectors } from "./vectors.js";

/** Vectors of float32, compared by dot product. */
export class Float32Vectors extends Vectors<"float32"> {
  readonly kind = "float32";
  protected readonly score: ScoreFunction = this.context.functions.dotFloat32;
  protected override readonly scoreFour: ScoreFourFunction = this.context.functions.dotFloat32Four;
  readonly dimensions = this.place.dimensions;

  /** The dot product of the query and every vector, or those of `rowIds`, in float32. */
  dotProducts(query: Float32Array, rowIds?: Uint32Array): Float32Array {
    this.requireLength(query);
    return this.scoreAll({ values: query, scores: "float32" }, rowIds) as Float32Array;
  }

  /** The `k` vectors, of all or of `rowIds`, with the greatest dot product. NaN is never among them. */
  nearest(query: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows {
    this.requireLength(query);
    return this.topOfAll({ values: query, scores: "float32" }, k, rowIds, order) as TopRows;
  }

  /**
   * `nearest` of each query, in one pass over the vectors for many.
   *
   * @param queries row-major, `dimensions` values a query
   */
  nearestBatch(queries: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows[] {
    const prepared = this.rowsOf(queries).map((values) => ({ values, scores: "float32" as const }));
    return this.topOfEach(prepared, k, rowIds, order) as TopRows[];
  }
}
