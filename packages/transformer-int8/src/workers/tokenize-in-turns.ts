import { eventLoopTurns } from "@kokeshi/core";
import type { TextTokenizer, TokenizedTexts } from "../encoder/encoder.js";

/** UTF-16 units between two looks at the clock: a millisecond or so, where the library tokenizes. */
const portionLength = 4096;

/**
 * Tokenizes texts in portions, and gives timers and input of the event loop their turn in between. Rejects with
 * `signal.reason` when aborted.
 */
export async function tokenizeInTurns(
  tokenizer: TextTokenizer,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<TokenizedTexts> {
  const takeTurn = eventLoopTurns();
  const parts: TokenizedTexts[] = [];
  for (let start = 0; start < texts.length;) {
    const end = endOfPortion(texts, start);
    parts.push(tokenizer.tokenize(texts.slice(start, end)));
    start = end;
    await takeTurn();
    signal?.throwIfAborted();
  }
  return joinParts(parts, texts.length);
}

function endOfPortion(texts: readonly string[], start: number): number {
  let length = 0;
  let end = start;
  while (end < texts.length && (end === start || length < portionLength))
    length += (texts[end++] as string).length;
  return end;
}

function joinParts(parts: readonly TokenizedTexts[], texts: number): TokenizedTexts {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const ids = new Int32Array(parts.reduce((total, part) => total + part.ids.length, 0));
  const offsets = new Uint32Array(texts + 1);
  const truncated: number[] = [];
  let token = 0;
  let text = 0;
  for (const part of parts) {
    ids.set(part.ids, token);
    for (const index of part.truncated) truncated.push(text + index);
    for (let index = 1; index < part.offsets.length; index++) {
      offsets[++text] = token + (part.offsets[index] as number);
    }
    token += part.ids.length;
  }
  return { ids, offsets, truncated };
}
