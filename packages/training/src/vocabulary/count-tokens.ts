import { eventLoopTurns } from "@kokeshi/core";
import type { Tokenizer } from "@kokeshi/tokenizer";

export interface CountTokensOptions {
  signal?: AbortSignal;
}

const textsAtOnce = 1024;

/** How often each token occurs in these texts: `counts[id]`. */
export async function countTokens(
  tokenizer: Tokenizer,
  texts: Iterable<string> | AsyncIterable<string>,
  { signal }: CountTokensOptions = {},
): Promise<Float64Array> {
  const counts = new Float64Array(tokenizer.vocabularySize);
  const takeTurn = eventLoopTurns();
  let waiting: string[] = [];
  function countWaiting(): void {
    const { ids } = tokenizer.encodeBatch(waiting, { addSpecialTokens: false });
    for (const id of ids) counts[id] = (counts[id] as number) + 1;
    waiting = [];
  }
  for await (const text of texts) {
    waiting.push(text);
    if (waiting.length < textsAtOnce) continue;
    countWaiting();
    await takeTurn();
    signal?.throwIfAborted();
  }
  countWaiting();
  return counts;
}
