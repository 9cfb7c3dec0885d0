import type { Embeddings } from "./embeddings.js";

/** What a backend author writes. Users call `embed()` and `embedStream()` instead of `doEmbed`. */
export interface EmbeddingModel {
  readonly specificationVersion: "v1";
  /**
   * Identity, revision included, and the graph where a model has several: an index remembers it and refuses the queries
   * of another model.
   */
  readonly modelId: string;
  /** Columns of what `doEmbed` returns. */
  readonly dimensions: number;
  /** Longest input in tokens; what is beyond is cut and reported. `undefined`: no limit. */
  readonly maxTokens: number | undefined;
  /** Texts that a call of `doEmbed` does best with: what `embed` and `embedStream` give it by default. Default: 256. */
  readonly batchSize?: number;
  /** Whether all vectors of `doEmbed` have length 1 or are zeros, so that nobody need scale them. Default: false. */
  readonly normalized?: boolean;
  /** Texts put before an input, by input type: "query", "document", … */
  readonly prompts: Readonly<Record<string, string>>;
  /** The input type of texts whose caller names none, where the model has a prompt for those, too. */
  readonly defaultInputType?: string;
  /** What `kokeshi models inspect` shows beyond the fields above. */
  readonly description?: ModelDescription;

  /**
   * One vector a text, in order. The vector of a text depends on that text alone, never on its neighbours. The
   * result belongs to the caller, who may write to it.
   * Rejects with `signal.reason` when aborted.
   */
  doEmbed(call: EmbedCall): Promise<EmbedResult>;

  /**
   * Memory for `length` components, all zero, that this model writes best, such as memory its threads share: `embed`
   * asks for it, and passes parts of it as `output`. Default: an ordinary `Float32Array`.
   */
  allocate?(length: number): Float32Array;

  /** Frees threads, sessions and memory; the model cannot be used afterwards. */
  close(): Promise<void>;
}

export interface EmbedCall {
  /** Texts with their prompt already in front. */
  texts: readonly string[];
  /** The prompt at the start of every text, for models whose vectors leave its tokens out. */
  prompt?: string;
  signal?: AbortSignal;
  /**
   * `texts.length * dimensions` zeros in which the caller wants the vectors. A model that can writes them there, and
   * returns them as `embeddings` (large results are then neither copied nor placed in fresh memory twice); one that
   * cannot returns others.
   */
  output?: Float32Array;
}

export interface EmbedResult {
  /** `texts.length` rows of `dimensions` columns. */
  embeddings: Embeddings;
  /** Tokens that went into each row, after truncation. */
  tokenCounts: Uint32Array;
  /** Indices of the texts that were cut to `maxTokens`. */
  truncated: readonly number[];
}

export interface ModelDescription {
  /** Name of the backend that opened it. */
  backend: string;
  /** "fast" where the compiled tokenizer is used, "library" where @huggingface/tokenizers is. */
  tokenizerPath: "fast" | "library";
  /** Number format of the stored weights: "float32", "float16", "int8", … */
  precision: string;
  /** Whether a text gets the same vector in every batch. */
  batchInvariant: boolean;
  /** What was changed in its graph before it runs, such as "attention fused in 12 layers". */
  optimizations?: readonly string[];
  licence?: string;
}
