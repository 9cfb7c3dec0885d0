import { InvalidArgumentError } from "@kokeshi/core";
import type { TokenMeans } from "./token-means.js";

/** One vector a token. The vector of token t is `factors[t] * values[rowOf[t]]`. */
export interface EmbeddingTable {
  /** Row-major, `dimensions` values a row. */
  readonly values: Float32Array | Int8Array;
  readonly dimensions: number;
  /** Tokens that have a vector: ids from 0 to `tokens` - 1. */
  readonly tokens: number;
  /** Row of each token, where tokens share rows (a quantized vocabulary). Default: the token's own id. */
  readonly rowOf?: Uint32Array;
  /** Finite weight of each token, the scale of its row included. Default: 1. */
  readonly factors?: Float32Array | Float64Array;
}

/** The table of no more than the first so many components of each vector. Throws InvalidArgumentError below 1. */
export function firstColumns(table: EmbeddingTable, dimensions: number): EmbeddingTable {
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `dimensions is ${dimensions}`,
      remedy: "use a whole number of at least 1",
    });
  }
  if (dimensions >= table.dimensions) return table;
  const { values } = table;
  const rows = values.length / table.dimensions;
  const kept =
    values instanceof Int8Array ? new Int8Array(rows * dimensions) : new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const start = row * table.dimensions;
    kept.set(values.subarray(start, start + dimensions), row * dimensions);
  }
  return { ...table, values: kept, dimensions };
}

/** The whole table as float32, one row a token: the mean of each token alone. */
export function toFloat32Table(means: TokenMeans): Float32Array {
  const ids = Uint32Array.from({ length: means.tokens }, (_, token) => token);
  const starts = Uint32Array.from({ length: means.tokens + 1 }, (_, token) => token);
  const result = new Float32Array(means.tokens * means.dimensions);
  means.gather({ ids, starts }, false, result);
  return result;
}
