/**
 * What the files of a folder ask for, checked once. Plain data: `postMessage` carries it to a worker, which opens the
 * graph from it without looking at the folder again.
 */
export interface EncoderPlan {
  /** Of the folder, for messages. */
  modelId: string;
  graph: GraphFile;
  tokenizer: TokenizerPlan;
  pooling: PoolingPlan;
  /** Layers after pooling, in order. */
  layers: readonly LayerPlan[];
  /** Fills rows up to the longest. */
  padId: number;
  /** Position of the first token, for graphs that take positions as an input. */
  firstPosition: number;
}

export interface TokenizerPlan {
  /** Where tokenizer.json is: "" or a path that ends in `/`. */
  subfolder: string;
  /** `undefined`: the limit in tokenizer.json, if it has one. */
  maxTokens: number | undefined;
  lowerCase: boolean;
  /** Whether white space around a text is taken away first, as sentence-transformers does. */
  strip: boolean;
}

export interface GraphFile {
  /** Relative to the folder, for messages. */
  path: string;
  /** Where the file is on disk, or its bytes. */
  source: string | Uint8Array;
  /** Names of files with weights, beside a graph on disk. */
  externalFiles?: readonly string[];
  /** Files with the weights of a graph that is in memory, by the names that the graph has for them. */
  externalData?: readonly { path: string; data: Uint8Array }[];
  /** Whether ONNX Runtime wrote the graph after its own optimisations, and need not do them again. */
  optimized?: boolean;
  /** Layers whose attention is in one operator that the exporter wrote in many; absent where the graph is as it was. */
  fusedAttentions?: number;
  /** Number format of the weights. */
  precision: Precision;
  /** Whether a text gets the same vector in every batch, as far as the operators of the graph tell. */
  batchInvariant: boolean;
}

export type Precision = "float32" | "float16" | "int8" | "uint8" | "int4";

/** The modes of sentence-transformers' Pooling. */
export type PoolingMode = "cls" | "max" | "mean" | "mean_sqrt_len_tokens" | "weightedmean" | "lasttoken";

export interface PoolingPlan {
  /** Concatenated in this order. */
  modes: readonly PoolingMode[];
  /** Whether the caller asked for them, and the folder has others. */
  overruled?: boolean;
  /** Whether the tokens of the prompt count. */
  includePrompt: boolean;
  /** Columns of a token's vector, where the folder says. */
  tokenWidth: number | undefined;
}

export type LayerPlan = DensePlan | { type: "normalize" };

/** activation(weight · x + bias) */
export interface DensePlan {
  type: "dense";
  inputs: number;
  outputs: number;
  /** Row-major, `outputs` rows of `inputs`. */
  weight: Float32Array;
  bias: Float32Array | undefined;
  activation: Activation;
}

export type Activation = "identity" | "tanh" | "relu" | "gelu" | "sigmoid" | "silu";
