import { createTokenizer, type TokenBatch } from "@kokeshi/tokenizer";
import { readText } from "../corpora.js";
import type { Contestant } from "./contestant.js";
import { fingerprints } from "./fingerprints.js";

export function openKokeshiTokenizer(tokenizerFile: string): Contestant<TokenBatch> {
  const tokenizer = createTokenizer(JSON.parse(readText(tokenizerFile)));
  return {
    path: tokenizer.path,
    run: (texts) => tokenizer.encodeBatch(texts),
    answer: ({ ids, starts }) =>
      fingerprints(Array.from(starts.subarray(1), (end, row) => ids.subarray(starts[row], end))),
  };
}
