import type { ContentEncoder } from "../content-encoder.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { createBpeEncoder } from "./bpe/create-bpe-encoder.js";
import { readFastRules } from "./read-fast-rules.js";
import { createUnigramEncoder } from "./unigram-encoder.js";
import { createBpeScanner } from "./wasm/bpe-scanner.js";
import { createUnigramScanner } from "./wasm/unigram-scanner.js";
import { createWordPieceEncoder } from "./wordpiece-encoder.js";

/** An encoder on compiled tables, or `undefined` for a file whose every component and flag it does not know. */
export function createFastEncoder(file: TokenizerFile, tokenizerConfig: unknown): ContentEncoder | undefined {
  const rules = readFastRules(file, tokenizerConfig);
  if (rules === undefined) return undefined;
  switch (file.model.type) {
    case "WordPiece":
      return createWordPieceEncoder(file, rules);
    case "Unigram":
      return createUnigramEncoder(file, rules, undefined, createUnigramScanner);
    case "BPE":
      return createBpeEncoder(file, rules, createBpeScanner);
    default:
      return undefined;
  }
}
