import type { CalibrationBatch } from "./calibration-batch.js";

export interface TokenBatchOptions {
  /** Tokens of a batch at most, padding included; a longer text is a batch of its own. Default: 2048. */
  tokenBudget?: number;
  /** Texts that are sorted by length at a time. Default: 256. */
  window?: number;
  /** What stands where a text has ended. Default: 0. */
  padTokenId?: number;
}

/**
 * Batches of texts of like length for calibration: input_ids, attention_mask and token_type_ids (zeros). Texts without
 * tokens are left out. Takes as many texts at a time as the window holds.
 */
export async function* tokenBatches(
  texts: Iterable<ArrayLike<number>> | AsyncIterable<ArrayLike<number>>,
  { tokenBudget = 2048, window = 256, padTokenId = 0 }: TokenBatchOptions = {},
): AsyncGenerator<CalibrationBatch> {
  let waiting: ArrayLike<number>[] = [];
  for await (const text of texts) {
    if (text.length > 0) waiting.push(text);
    if (waiting.length < window) continue;
    yield* sortedBatches(waiting, tokenBudget, padTokenId);
    waiting = [];
  }
  yield* sortedBatches(waiting, tokenBudget, padTokenId);
}

function* sortedBatches(
  texts: readonly ArrayLike<number>[],
  tokenBudget: number,
  padTokenId: number,
): Generator<CalibrationBatch> {
  let batch: ArrayLike<number>[] = [];
  // Ascending, so that the text that joins a batch is its longest.
  for (const text of [...texts].sort((a, b) => a.length - b.length)) {
    if (batch.length > 0 && (batch.length + 1) * text.length > tokenBudget) {
      yield padded(batch, padTokenId);
      batch = [];
    }
    batch.push(text);
  }
  if (batch.length > 0) yield padded(batch, padTokenId);
}

function padded(texts: readonly ArrayLike<number>[], padTokenId: number): CalibrationBatch {
  const columns = texts.at(-1)?.length ?? 0;
  const shape = [texts.length, columns];
  const inputIds = new BigInt64Array(texts.length * columns).fill(BigInt(padTokenId));
  const attentionMask = new BigInt64Array(inputIds.length);
  texts.forEach((text, row) => {
    for (let position = 0; position < text.length; position++) {
      inputIds[row * columns + position] = BigInt(text[position] as number);
      attentionMask[row * columns + position] = 1n;
    }
  });
  return {
    input_ids: { shape, data: inputIds },
    attention_mask: { shape, data: attentionMask },
    token_type_ids: { shape, data: new BigInt64Array(inputIds.length) },
  };
}
