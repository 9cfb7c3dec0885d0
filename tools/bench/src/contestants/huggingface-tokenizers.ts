import { Tokenizer } from "@huggingface/tokenizers";
import { readText } from "../corpora.js";
import type { Contestant } from "./contestant.js";
import { fingerprints } from "./fingerprints.js";

/** It has no batch: text by text. */
export function openHuggingFaceTokenizer(tokenizerFile: string): Contestant<number[][]> {
  const tokenizer = new Tokenizer(JSON.parse(readText(tokenizerFile)), {});
  return {
    run: (texts) => texts.map((text) => tokenizer.encode(text).ids),
    answer: fingerprints,
  };
}
