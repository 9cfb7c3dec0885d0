import type { TextScanner } from "../../text-scanner.js";
import { lowercaseCharacters } from "../bert-normalizer.js";
import type { BpeSource } from "../bpe/create-bpe-encoder.js";
import type { AddedTokenSearch } from "./batch-scanner.js";
import { bpeTables } from "./bpe-tables.js";
import { createScanner } from "./create-scanner.js";

/** `undefined` where WebAssembly cannot be had, or the tokenizer is not for it. */
export function createBpeScanner(source: BpeSource): TextScanner | undefined {
  return createScanner(bpeTables(source), addedTokenSearch(source));
}

function addedTokenSearch({ pipeline, splitter, normalizedSplitter }: BpeSource): AddedTokenSearch {
  // Where NFC changes more than that, the table of meanings leaves texts to JavaScript.
  const normalize = pipeline.normalize?.lowercases ? lowercaseCharacters : (text: string) => text;
  return {
    mayMatch: (text) =>
      splitter?.mayMatch(text) === true || normalizedSplitter?.mayMatch(normalize(text)) === true,
  };
}
