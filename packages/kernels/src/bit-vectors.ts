import type { CollectRowsFunction, ScoreFunction } from "./kernel-functions.js";
import type { TopOrder, TopRows } from "./top-rows.js";
import { bitsLookUp, floatLookUp, lookUpBytes, sumsByFourBits, sumsPerByte } from "./bit-look-up.js";
import { invalidArgument } from "./kernels-error.js";
import { type PreparedQuery, Vectors } from "./vectors.js";

/** Rows of more bytes have sums that are too great for the kernel that scores and collects in one. */
const mostBytesCollected = 512;

/**
 * Vectors of packed bits, compared with a query of
 * - bits, by the number of those that differ;
 * - float32 ("asymmetric"), by its dot product with the bits as 0 and 1, which orders them far better and takes no
 *   longer. A component belongs to each bit, the highest bit of a byte first.
 */
export class BitVectors extends Vectors<"bits"> {
  readonly kind = "bits";
  protected readonly score: ScoreFunction = this.context.functions.lookUpBits;
  protected override readonly collectRows: CollectRowsFunction | undefined =
    this.place.stride <= mostBytesCollected ? this.context.functions.collectTopBits : undefined;
  readonly bytesPerRow = this.place.dimensions;

  /** The Hamming distance, in bits, of the query and every vector, or those of `rowIds`. */
  hammingDistances(query: Uint8Array, rowIds?: Uint32Array): Int32Array {
    return this.distances(this.scoreAll(this.ofBits(query), rowIds) as Int32Array);
  }

  /**
   * The dot products of a float32 query and the bits, as 0 and 1, of every vector, or those of `rowIds`, in float32.
   *
   * @param query the components of the last byte may be missing
   */
  dotProducts(query: Float32Array, rowIds?: Uint32Array): Float32Array {
    this.requireComponents(query);
    const { stride } = this.place;
    const { dotBits } = this.context.functions;
    const prepared = {
      values: sumsByFourBits(query, this.bytesPerRow),
      scores: "float32",
      score: dotBits,
      bytes: stride * sumsPerByte * 4,
    } as const;
    return this.scoreAll(prepared, rowIds) as Float32Array;
  }

  /**
   * The `k` vectors, of all or of `rowIds`, in which the fewest bits differ, with the distances, least first. Or those
   * with the greatest dot product with a float32 query, the sums of whose components are rounded: the greatest sum of
   * the sizes of 32 components has 251 steps, and a dot product is off by at most one step for each byte of a row.
   */
  nearest(query: Uint8Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows<Int32Array>;
  nearest(query: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows;
  nearest(
    query: Uint8Array | Float32Array,
    k: number,
    rowIds?: Uint32Array,
    order?: TopOrder,
  ): TopRows<Int32Array> | TopRows {
    if (query instanceof Uint8Array) {
      return this.ofDistances(this.topOfAll(this.ofBits(query), k, rowIds, order));
    }
    const prepared = this.ofFloats(query);
    return ofDotProducts(this.topOfAll(prepared, k, rowIds, order), prepared);
  }

  /**
   * `nearest` of each query, in one pass over the vectors for many.
   *
   * @param queries row-major, `bytesPerRow` bytes a query, or eight times as many components
   */
  nearestBatch(queries: Uint8Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows<Int32Array>[];
  nearestBatch(queries: Float32Array, k: number, rowIds?: Uint32Array, order?: TopOrder): TopRows[];
  nearestBatch(
    queries: Uint8Array | Float32Array,
    k: number,
    rowIds?: Uint32Array,
    order?: TopOrder,
  ): TopRows<Int32Array>[] | TopRows[] {
    if (queries instanceof Uint8Array) {
      const prepared = this.rowsOf(queries).map((query) => this.ofBits(query));
      return this.topOfEach(prepared, k, rowIds, order).map((top) => this.ofDistances(top));
    }
    const prepared = this.rowsOf(queries, 8 * this.bytesPerRow).map((query) => this.ofFloats(query));
    return this.topOfEach(prepared, k, rowIds, order).map((top, query) =>
      ofDotProducts(top, prepared[query] as FloatQuery),
    );
  }

  private ofBits(query: Uint8Array): PreparedQuery {
    this.requireLength(query);
    const { stride } = this.place;
    return { values: bitsLookUp(query, stride), scores: "int32", bytes: lookUpBytes(stride) };
  }

  private ofFloats(query: Float32Array): FloatQuery {
    this.requireComponents(query);
    const { stride } = this.place;
    const { values, step, lowest } = floatLookUp(query, stride);
    return { values, scores: "int32", bytes: lookUpBytes(stride), step, lowest };
  }

  private requireComponents(query: Float32Array): void {
    if (Math.ceil(query.length / 8) === this.bytesPerRow) return;
    throw invalidArgument(
      `the query has ${query.length} components, the vectors ${this.bytesPerRow * 8} bits`,
      "embed and quantize both alike",
    );
  }

  private ofDistances({ rows, scores }: TopRows<Float32Array | Int32Array>): TopRows<Int32Array> {
    return { rows, scores: this.distances(scores as Int32Array) };
  }

  /** The kernel counts the bits that agree, those of the padding too. */
  private distances(agreeing: Int32Array): Int32Array {
    const bits = 8 * this.place.stride;
    return agreeing.map((count) => bits - count);
  }
}

interface FloatQuery extends PreparedQuery {
  /** What 1 stands for. */
  step: number;
  /** What 0 stands for: the sum of the components below 0. */
  lowest: number;
}

function ofDotProducts(
  { rows, scores: sums }: TopRows<Float32Array | Int32Array>,
  { step, lowest }: FloatQuery,
): TopRows {
  const scores = new Float32Array(sums.length);
  for (let index = 0; index < sums.length; index++) scores[index] = lowest + step * (sums[index] as number);
  return { rows, scores };
}
