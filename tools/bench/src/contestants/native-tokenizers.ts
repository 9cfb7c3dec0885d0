import { Tokenizer } from "tokenizers";
import { readText } from "../corpora.js";
import type { Contestant } from "./contestant.js";
import { fingerprints } from "./fingerprints.js";

/** The Rust library behind its Node binding, one call for all texts. Its process's environment sets its threads. */
export function openNativeTokenizer(tokenizerFile: string): Contestant<number[][]> {
  const tokenizer = createNativeTokenizer(readText(tokenizerFile));
  return {
    run: async (texts) => (await tokenizer.encodeBatch([...texts])).map((encoding) => encoding.getIds()),
    answer: fingerprints,
  };
}

/** Without the truncation and padding that some files carry: nobody else in the comparison applies them. */
export function createNativeTokenizer(tokenizerJson: string): Tokenizer {
  const tokenizer = Tokenizer.fromString(tokenizerJson);
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  return tokenizer;
}
