import type { PairBatch, PairEncoding, PairOptions } from "./pairs.js";

/** Text to token ids. */
export interface Tokenizer {
  /** "fast" where compiled tables do the work, "library" where `@huggingface/tokenizers` does. Same ids either way. */
  readonly path: "fast" | "library";
  /** Greatest token id + 1, added tokens included: the rows a table needs. */
  readonly vocabularySize: number;
  /** What a text becomes where the vocabulary has nothing for it; `undefined` where the file names no such token. */
  readonly unknownId: number | undefined;
  /** `truncation.max_length` of the file. It is not applied: pass it as `maxTokens` where the model asks for it. */
  readonly maxTokensInFile: number | undefined;
  /** Every token, as the vocabulary spells it, with its id; added tokens included. */
  vocabulary(): Map<string, number>;
  /** The id of a token as the vocabulary spells it, added tokens included. */
  tokenToId(token: string): number | undefined;
  /** Ids of one text. Throws InvalidArgumentError for a text that is not a string or an option out of range. */
  encode(text: string, options?: EncodeOptions): Uint32Array;
  /** Ids of many texts in one flat array; each text gets the ids it would get alone. */
  encodeBatch(texts: readonly string[], options?: EncodeOptions): TokenBatch;
  /**
   * `encodeBatch` of texts that were joined to one string, which threads pass on faster than many.
   *
   * @param lengths UTF-16 units of each text
   */
  encodeJoined(text: string, lengths: Uint32Array, options?: EncodeOptions): TokenBatch;
  /** Two texts as one row, as cross-encoders read a query and a document; with `maxTokens`, the longer one is cut. */
  encodePair(first: string, second: string, options?: PairOptions): PairEncoding;
  /** Many pairs, one row each. */
  encodePairBatch(pairs: readonly (readonly [string, string])[], options?: PairOptions): PairBatch;
}

export interface EncodeOptions {
  /** Put the tokens of the file's post-processor ([CLS], </s>, …) around each text. Default: true. */
  addSpecialTokens?: boolean;
  /**
   * Longest row in tokens, special tokens included; content beyond it is cut from the end, special tokens stay.
   * Default: no limit, whatever `truncation` the file carries.
   */
  maxTokens?: number;
}

/** Rows of unequal length, one after the other: row i is `ids.subarray(starts[i], starts[i + 1])`. */
export interface TokenBatch {
  ids: Uint32Array;
  /** Length: rows + 1. */
  starts: Uint32Array;
  /** Indices of the rows that were cut to `maxTokens`. */
  truncated: readonly number[];
}
