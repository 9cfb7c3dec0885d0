import { InvalidArgumentError } from "@kokeshi/core";
import type { PairBatch } from "./pairs.js";
import type { TokenBatch } from "./tokenizer.js";

export interface PadOptions {
  /** Id that fills the rows. */
  padId: number;
  /** Columns of the result. Default: the longest row. */
  length?: number;
  /** Where the filling goes. Default: "right". */
  side?: "left" | "right";
}

/** Rows of equal length, row-major, `rows * columns` entries each. */
export interface PaddedBatch {
  inputIds: Uint32Array;
  /** 1 where a token is, 0 where the row was filled. */
  attentionMask: Uint8Array;
  /** Types of the tokens of a batch of pairs, 0 where the row was filled. */
  tokenTypeIds?: Uint32Array;
  rows: number;
  columns: number;
}

/** A batch of pairs keeps its types. Throws InvalidArgumentError when a row is longer than `length`: cutting is `encodeBatch`'s `maxTokens`. */
export function padBatch(batch: PairBatch, options: PadOptions): Required<PaddedBatch>;
export function padBatch(batch: TokenBatch, options: PadOptions): PaddedBatch;
export function padBatch(
  batch: TokenBatch | PairBatch,
  { padId, length, side = "right" }: PadOptions,
): PaddedBatch {
  const { ids, starts } = batch;
  const typeIds = "typeIds" in batch ? batch.typeIds : undefined;
  const rows = starts.length - 1;
  let longest = 0;
  for (let row = 0; row < rows; row++)
    longest = Math.max(longest, rowEnd(starts, row) - rowStart(starts, row));
  const columns = length ?? longest;
  if (!Number.isInteger(columns) || columns < longest) {
    throw new InvalidArgumentError({
      part: "tokenizer",
      problem: `the length to pad to is ${columns}, but a row has ${longest} tokens`,
      remedy: "pass the same number as `maxTokens` to encodeBatch, or a greater `length`",
    });
  }
  const inputIds = new Uint32Array(rows * columns).fill(padId);
  const attentionMask = new Uint8Array(rows * columns);
  const tokenTypeIds = typeIds && new Uint32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const tokens = ids.subarray(rowStart(starts, row), rowEnd(starts, row));
    const start = row * columns + (side === "left" ? columns - tokens.length : 0);
    inputIds.set(tokens, start);
    attentionMask.fill(1, start, start + tokens.length);
    if (typeIds) tokenTypeIds?.set(typeIds.subarray(rowStart(starts, row), rowEnd(starts, row)), start);
  }
  const padded = { inputIds, attentionMask, rows, columns };
  return tokenTypeIds ? { ...padded, tokenTypeIds } : padded;
}

const rowStart = (starts: Uint32Array, row: number) => starts[row] as number;
const rowEnd = (starts: Uint32Array, row: number) => starts[row + 1] as number;
