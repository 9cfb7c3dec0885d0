import { createBatchEmbedder, requireText } from "./batch-embedder.js";
import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";
import { Embeddings } from "./embeddings.js";
import { InvalidArgumentError } from "./errors.js";

export interface EmbedOptions {
  /** "query" or "document" (or another of the model's prompts): which prompt goes before each text. */
  inputType?: "query" | "document" | (string & {});
  /** The prompt itself; wins over `inputType`. */
  prompt?: string;
  /** Keep only the first components (Matryoshka). Default: all. */
  dimensions?: number;
  /** Scale each vector to length 1, after truncation. Default: true. */
  normalize?: boolean;
  /** Texts a call to the model. Default: what the model does best with, else 256. */
  batchSize?: number;
  signal?: AbortSignal;
  /** Called after each batch. */
  onProgress?: (progress: EmbedProgress) => void;
  /**
   * Receives the vectors of `embed`, and is the `data` of its result: `texts.length * dimensions` components, whatever is
   * in them. Memory that is used again saves a loop over many calls the time that fresh memory takes.
   */
  output?: Float32Array;
}

export interface EmbedProgress {
  /** Texts embedded so far. */
  done: number;
  /** Texts in all; undefined while streaming. */
  total: number | undefined;
  /** Tokens that went in so far. */
  tokens: number;
}

/**
 * Embeds a list of texts: prompt, tokenize, encode, truncate dimensions, normalise, in this order.
 *
 * Returns `texts.length` rows in the order of `texts`; `truncated` names the texts that exceeded the model's
 * `maxTokens`. Throws InvalidArgumentError for a text that is not a string or an option out of range, and rejects
 * with `signal.reason` when aborted.
 */
export async function embed(
  model: EmbeddingModel,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<EmbedResult> {
  if (!Array.isArray(texts)) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `embed() was given ${texts === null ? "null" : typeof texts} instead of a list of texts`,
      remedy: "pass an array of strings",
    });
  }
  const { signal, onProgress, output } = options;
  const { dimensions, batchSize, allocate, embedBatch } = createBatchEmbedder(model, options);
  const embeddings = output ? cleared(output, texts.length, dimensions) : allocate(texts.length);
  const tokenCounts = new Uint32Array(texts.length);
  const truncated: number[] = [];
  let tokens = 0;
  for (let start = 0; start < texts.length; start += batchSize) {
    const batch = texts.slice(start, start + batchSize);
    batch.forEach((text, index) => requireText(text, start + index));
    const end = start + batch.length;
    const result = await embedBatch(batch, embeddings.data.subarray(start * dimensions, end * dimensions));
    tokenCounts.set(result.tokenCounts, start);
    for (const index of result.truncated) truncated.push(start + index);
    if (onProgress) {
      for (const count of result.tokenCounts) tokens += count;
      onProgress({ done: end, total: texts.length, tokens });
    }
  }
  signal?.throwIfAborted();
  return { embeddings, tokenCounts, truncated };
}

function cleared(output: Float32Array, rows: number, dimensions: number): Embeddings {
  if (output.length !== rows * dimensions) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `output has ${output.length} components for ${rows} texts of ${dimensions} dimensions`,
      remedy: `pass a Float32Array of ${rows * dimensions}, or the part of a larger one: output.subarray(0, ${rows * dimensions})`,
    });
  }
  return new Embeddings(output.fill(0), dimensions);
}
