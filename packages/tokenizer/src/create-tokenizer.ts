import { InvalidArgumentError } from "@kokeshi/core";
import { createFastEncoder } from "./fast/create-fast-encoder.js";
import { createLibraryEncoder } from "./library-encoder.js";
import { readSpecialTokens, type SpecialTokens } from "./special-tokens.js";
import { TokenIdBuffer } from "./token-id-buffer.js";
import type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
import { listVocabulary, readTokenizerFile } from "./tokenizer-file.js";
import { wellFormed } from "./well-formed.js";

/**
 * A tokenizer from a parsed `tokenizer.json`. `tokenizerConfig`, a parsed `tokenizer_config.json`, matters only to
 * the few old models (XLM, FlauBERT) whose lower-casing is written there.
 *
 * Truncation and padding that the file carries are ignored: callers ask for them with `maxTokens` and `padBatch`.
 * Throws InvalidFileError for a file that is broken or uses an unknown component.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig?: unknown): Tokenizer {
  const file = readTokenizerFile(tokenizerJson);
  const special = readSpecialTokens(file.postProcessor);
  const encoder = createFastEncoder(file, tokenizerConfig) ?? createLibraryEncoder(file, tokenizerConfig);
  // Large, and few callers ask.
  let vocabulary: Map<string, number> | undefined;

  function encodeBatch(texts: readonly string[], options: EncodeOptions = {}): TokenBatch {
    const { before, after } = options.addSpecialTokens === false ? noSpecialTokens : special;
    const contentLimit = readContentLimit(options.maxTokens, before.length + after.length);
    const ids = new TokenIdBuffer();
    const starts = new Uint32Array(texts.length + 1);
    const truncated: number[] = [];
    texts.forEach((text, index) => {
      requireText(text, index);
      for (const id of before) ids.push(id);
      const contentStart = ids.length;
      encoder.encode(wellFormed(text), ids);
      if (ids.length - contentStart > contentLimit) {
        ids.length = contentStart + contentLimit;
        truncated.push(index);
      }
      for (const id of after) ids.push(id);
      starts[index + 1] = ids.length;
    });
    return { ids: ids.toArray(), starts, truncated };
  }

  return {
    path: encoder.path,
    vocabularySize: file.vocabularySize,
    unknownId: file.unknownId,
    maxTokensInFile: file.maxTokens,
    vocabulary: () => listVocabulary(file),
    tokenToId: (token) => (vocabulary ??= listVocabulary(file)).get(token),
    encode: (text, options) => encodeBatch([text], options).ids,
    encodeBatch,
  };
}

const noSpecialTokens: SpecialTokens = { before: [], after: [] };

function readContentLimit(maxTokens: number | undefined, specialTokens: number): number {
  if (maxTokens === undefined) return Infinity;
  if (!Number.isInteger(maxTokens) || maxTokens < specialTokens) {
    throw new InvalidArgumentError({
      part: "tokenizer",
      problem: `maxTokens is ${maxTokens}`,
      remedy: `use a whole number of at least ${specialTokens}, the special tokens around each text`,
    });
  }
  return maxTokens - specialTokens;
}

function requireText(text: unknown, index: number): void {
  if (typeof text === "string") return;
  throw new InvalidArgumentError({
    part: "tokenizer",
    problem: `text ${index} is ${text === null ? "null" : typeof text} instead of a string`,
    remedy: "pass strings",
  });
}
