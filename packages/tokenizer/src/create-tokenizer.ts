import { encoderTokenizer } from "./encoder-tokenizer.js";
import { createFastEncoder } from "./fast/create-fast-encoder.js";
import { createLibraryEncoder } from "./library-encoder.js";
import type { Tokenizer } from "./tokenizer.js";
import { readTokenizerFile } from "./tokenizer-file.js";

/**
 * A tokenizer from a parsed `tokenizer.json`. `tokenizerConfig`, a parsed `tokenizer_config.json`, matters only to
 * the few old models (XLM, FlauBERT) whose lower-casing is written there.
 *
 * Truncation and padding that the file carries are ignored: callers ask for them with `maxTokens` and `padBatch`.
 * Throws InvalidFileError for a file that is broken or uses an unknown component.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig?: unknown): Tokenizer {
  const file = readTokenizerFile(tokenizerJson);
  return encoderTokenizer(
    file,
    createFastEncoder(file, tokenizerConfig) ?? createLibraryEncoder(file, tokenizerConfig),
  );
}
