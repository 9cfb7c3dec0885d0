import type { EncoderPlan } from "./encoder-plan.js";

/** Token ids of many texts, one after the other: text i is `ids.subarray(offsets[i], offsets[i + 1])`. */
export interface TokenizedTexts {
  ids: Int32Array;
  /** Length: texts + 1. */
  offsets: Uint32Array;
  /** Indices of the texts that were cut to `maxTokens`, their special tokens kept. */
  truncated: readonly number[];
}

/** Texts that go through the graph together, padded to the longest of them. */
export interface TokenBatch {
  ids: Int32Array;
  /** Length: rows + 1. `offsets[0]` need not be 0, so a batch can be a view of more. */
  offsets: Uint32Array;
  /** Tokens at the start of every row that pooling leaves out: what `countPromptTokens` says. Default: 0. */
  promptTokens?: number;
}

/** Text to token ids, as the model wants them. Synchronous, on the thread that calls it. */
export interface TextTokenizer {
  /** Longest row in tokens, special tokens included; `undefined`: no limit. */
  readonly maxTokens: number | undefined;
  /** "fast" where compiled tables do the work, "library" where `@huggingface/tokenizers` does. */
  readonly tokenizerPath: "fast" | "library";
  tokenize(texts: readonly string[]): TokenizedTexts;
  /** Tokens that a prompt takes at the start of a row, if the model's pooling leaves prompts out; else 0. */
  countPromptTokens(prompt: string): number;
}

/** Token ids to vectors: graph, pooling, Dense layers, normalisation. ONNX Runtime blocks the thread that calls it. */
export interface BatchEncoder {
  readonly dimensions: number;
  /**
   * Encodes one padded batch. Row i of `out`, of length `dimensions`, receives the vector of row i.
   * Calls that overlap are done one after the other. Throws InvalidArgumentError for a batch that does not fit `out`.
   */
  encode(batch: TokenBatch, out: Float32Array): Promise<void>;
  /** Frees the session, after the calls under way. Encoding afterwards throws. */
  close(): Promise<void>;
}

/** Both halves of an opened model. */
export interface Encoder extends TextTokenizer, BatchEncoder {
  readonly plan: EncoderPlan;
}
