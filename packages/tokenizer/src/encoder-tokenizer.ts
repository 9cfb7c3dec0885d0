import type { ContentEncoder } from "./content-encoder.js";
import { EncodedRows } from "./encoded-rows.js";
import { readContentLimit } from "./encode-arguments.js";
import { createPairEncoder } from "./pairs.js";
import { readSpecialTokens, type SpecialTokens } from "./special-tokens.js";
import { JoinedTexts, ListedTexts, type TextSequence } from "./text-sequence.js";
import type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
import { listVocabulary, type TokenizerFile } from "./tokenizer-file.js";

/** The tokenizer of a file, on the encoder that was chosen for it: special tokens, limits and batches. */
export function encoderTokenizer(file: TokenizerFile, encoder: ContentEncoder): Tokenizer {
  const special = readSpecialTokens(file.postProcessor);
  // Large, and few callers ask.
  let vocabulary: Map<string, number> | undefined;

  function encodeAll(texts: TextSequence, options: EncodeOptions = {}): TokenBatch {
    const { before, after } = options.addSpecialTokens === false ? noSpecialTokens : special;
    const contentLimit = readContentLimit(options.maxTokens, before.length + after.length);
    const rows = new EncodedRows(encoder, { before, after }, contentLimit, texts.count);
    if (encoder.scanner !== undefined) encoder.scanner.encode(texts, rows);
    else for (let index = 0; index < texts.count; index++) rows.row(texts.text(index));
    return rows.finish();
  }

  const encodeBatch = (texts: readonly string[], options?: EncodeOptions) =>
    encodeAll(new ListedTexts(texts), options);

  return {
    path: encoder.path,
    vocabularySize: file.vocabularySize,
    unknownId: file.unknownId,
    maxTokensInFile: file.maxTokens,
    vocabulary: () => listVocabulary(file),
    tokenToId: (token) => (vocabulary ??= listVocabulary(file)).get(token),
    encode: (text, options) => encodeBatch([text], options).ids,
    encodeBatch,
    encodeJoined: (text, lengths, options) => encodeAll(new JoinedTexts(text, lengths), options),
    ...createPairEncoder(encoder, file.postProcessor),
  };
}

const noSpecialTokens: SpecialTokens = { before: [], after: [] };
