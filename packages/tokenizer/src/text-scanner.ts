import type { TextSequence } from "./text-sequence.js";

/** Encodes many texts at a stroke. */
export interface TextScanner {
  /** Throws InvalidArgumentError for a text that is not a string. */
  encode(texts: TextSequence, into: RowReceiver): void;
}

/** Receives rows of ids in the order of their texts. */
export interface RowReceiver {
  /** Ids before and after the content of each row, at most eight each. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Most ids of content. */
  readonly limit: number;
  /**
   * Whole rows: where each ends in `ids`, and 1 where its content was cut. All three are valid only during the call.
   */
  rows(ids: Uint32Array, ends: Uint32Array, cut: Uint8Array): void;
  /** A text that the receiver itself is to encode. */
  row(text: string): void;
}
