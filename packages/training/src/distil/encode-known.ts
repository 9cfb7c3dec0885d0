import type { Tokenizer } from "@kokeshi/tokenizer";
import type { TokenRows } from "../token-rows.js";

/** The tokens of each text without those that have no vector, which must keep it so. */
export function encodeKnown(tokenizer: Tokenizer, known: Uint32Array, texts: readonly string[]): TokenRows {
  const isKnown = new Uint8Array(tokenizer.vocabularySize);
  for (const id of known) isKnown[id] = 1;
  const { ids, starts } = tokenizer.encodeBatch(texts, { addSpecialTokens: false });
  let written = 0;
  let next = 0;
  for (let text = 0; text + 1 < starts.length; text++) {
    const end = starts[text + 1] as number;
    for (; next < end; next++) {
      const id = ids[next] as number;
      if (isKnown[id] === 1) ids[written++] = id;
    }
    starts[text + 1] = written;
  }
  return { ids: ids.slice(0, written), starts };
}
