import type { ContentEncoder } from "../content-encoder.js";
import { isRecord } from "../json-shapes.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { readAddedTokenRules } from "./added-token-splitter.js";
import { createUnigramEncoder } from "./unigram-encoder.js";
import { createWordPieceEncoder } from "./wordpiece-encoder.js";

/** An encoder on compiled tables, or `undefined` for a file whose every component and flag it does not know. */
export function createFastEncoder(file: TokenizerFile, tokenizerConfig: unknown): ContentEncoder | undefined {
  if (isRecord(tokenizerConfig) && textOptions.some((option) => tokenizerConfig[option] === true))
    return undefined;
  const rules = readAddedTokenRules(file.addedTokens);
  if (rules === undefined) return undefined;
  switch (file.model.type) {
    case "WordPiece":
      return createWordPieceEncoder(file, rules);
    case "Unigram":
      return createUnigramEncoder(file, rules);
    default:
      return undefined;
  }
}

/** Of a tokenizer_config.json: a few old models (XLM, FlauBERT) change their text in a way that only this says. */
const textOptions = ["do_lowercase_and_remove_accent", "remove_space"];
