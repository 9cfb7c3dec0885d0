import type { TokenRows } from "./token-rows.js";

/** Some texts of a list. */
export interface ChosenTexts {
  tokens: TokenRows;
  texts: Uint32Array;
}

/**
 * The chosen texts of several lists as one. With `keep`, token t stays with probability `keep[t]`; a text that would
 * lose all its tokens keeps them all.
 */
export function gatherTexts(
  parts: readonly ChosenTexts[],
  keep?: Float32Array,
  random: () => number = Math.random,
): TokenRows {
  let texts = 0;
  let most = 0;
  for (const part of parts) {
    texts += part.texts.length;
    const { starts } = part.tokens;
    for (const text of part.texts) most += (starts[text + 1] as number) - (starts[text] as number);
  }
  const ids = new Uint32Array(most);
  const starts = new Uint32Array(texts + 1);
  let filled = 0;
  let row = 0;
  for (const { tokens, texts: chosen } of parts) {
    for (const text of chosen) {
      const first = tokens.starts[text] as number;
      const end = tokens.starts[text + 1] as number;
      const start = filled;
      for (let i = first; i < end; i++) {
        const id = tokens.ids[i] as number;
        if (keep === undefined || random() < (keep[id] as number)) ids[filled++] = id;
      }
      if (filled === start) {
        ids.set(tokens.ids.subarray(first, end), start);
        filled = start + end - first;
      }
      starts[++row] = filled;
    }
  }
  return { ids: ids.subarray(0, filled), starts };
}
