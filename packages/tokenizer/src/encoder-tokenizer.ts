import type { ContentEncoder } from "./content-encoder.js";
import { readContentLimit, requireText } from "./encode-arguments.js";
import { createPairEncoder } from "./pairs.js";
import { readSpecialTokens, type SpecialTokens } from "./special-tokens.js";
import { TokenIdBuffer } from "./token-id-buffer.js";
import type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
import { listVocabulary, type TokenizerFile } from "./tokenizer-file.js";
import { wellFormed } from "./well-formed.js";

/** The tokenizer of a file, on the encoder that was chosen for it: special tokens, limits and batches. */
export function encoderTokenizer(file: TokenizerFile, encoder: ContentEncoder): Tokenizer {
  const special = readSpecialTokens(file.postProcessor);
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
    ...createPairEncoder(encoder, file.postProcessor),
  };
}

const noSpecialTokens: SpecialTokens = { before: [], after: [] };
