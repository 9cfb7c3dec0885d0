import type { Tokenizer } from "@kokeshi/tokenizer/load";
import { weighSublinear } from "./sublinear-counts.js";
import { encodeTexts, type JoinedTexts, type TextRules } from "./text-rules.js";
import type { TokenMeans } from "./token-means.js";

/** What turns texts into vectors: all that a thread needs. */
export interface Encoder {
  tokenizer: Tokenizer;
  rules: TextRules;
  tokenMeans: TokenMeans;
  /** Scale vectors to length 1. */
  normalize: boolean;
}

export interface PortionCounts {
  /** Tokens of each text. */
  tokenCounts: Uint32Array;
  /** Indices of texts that were cut. */
  truncated: readonly number[];
}

/** Embeds a portion of texts at a stroke. `vectors` are zeros, `dimensions` for each text, and are overwritten. */
export function embedPortion(
  { tokenizer, rules, tokenMeans, normalize }: Encoder,
  texts: readonly string[] | JoinedTexts,
  vectors: Float32Array,
): PortionCounts {
  const { ids, starts, truncated } = encodeTexts(tokenizer, rules, texts);
  const tokenCounts = new Uint32Array(starts.length - 1);
  for (let row = 0; row < tokenCounts.length; row++) {
    tokenCounts[row] = (starts[row + 1] as number) - (starts[row] as number);
  }
  const tokens = rules.termFrequency === "sublinear" ? weighSublinear({ ids, starts }) : { ids, starts };
  tokenMeans.gather(tokens, normalize, vectors);
  return { tokenCounts, truncated };
}

/** Where a portion of about so many UTF-16 units, and at least one text, ends that begins at `start`. */
export function endOfPortion(texts: readonly string[], start: number, length: number): number {
  let units = 0;
  let end = start;
  while (end < texts.length && units < length) units += (texts[end++] as string).length;
  return end;
}
