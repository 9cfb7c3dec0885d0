import { gatherMeans } from "./gather-mean.js";

/** One vector a token. The vector of token t is `factors[t] * values[rowOf[t]]`. */
export interface EmbeddingTable {
  /** Row-major, `dimensions` values a row. */
  readonly values: Float32Array | Int8Array;
  readonly dimensions: number;
  /** Tokens that have a vector: ids from 0 to `tokens` - 1. */
  readonly tokens: number;
  /** Row of each token, where tokens share rows (a quantized vocabulary). Default: the token's own id. */
  readonly rowOf?: Uint32Array;
  /** Weight of each token, the scale of its row included. Default: 1. */
  readonly factors?: Float32Array | Float64Array;
}

/** The whole table as float32, one row a token: the mean of each token alone. */
export function toFloat32Table(table: EmbeddingTable): Float32Array {
  const ids = Uint32Array.from({ length: table.tokens }, (_, token) => token);
  const starts = Uint32Array.from({ length: table.tokens + 1 }, (_, token) => token);
  const result = new Float32Array(table.tokens * table.dimensions);
  gatherMeans(table, ids, starts, result);
  return result;
}
