import { isRecord } from "../json-shapes.js";
import type { TokenizerFile } from "../tokenizer-file.js";
import { readAddedTokenRules, type AddedTokenRule } from "./added-token-splitter.js";

/** What every fast encoder needs to know; `undefined` where a file asks for what none of them does. */
export function readFastRules(file: TokenizerFile, tokenizerConfig: unknown): AddedTokenRule[] | undefined {
  if (isRecord(tokenizerConfig) && textOptions.some((option) => tokenizerConfig[option] === true))
    return undefined;
  return readAddedTokenRules(file.addedTokens);
}

/** Of a tokenizer_config.json: a few old models (XLM, FlauBERT) change their text in a way that only this says. */
const textOptions = ["do_lowercase_and_remove_accent", "remove_space"];
