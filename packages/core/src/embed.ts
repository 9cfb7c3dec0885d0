import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";
import { Embeddings } from "./embeddings.js";
import { embedStream } from "./embed-stream.js";
import { InvalidArgumentError } from "./errors.js";
import { requireDimensions } from "./vector-steps.js";

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
  const dimensions = options.dimensions ?? model.dimensions;
  requireDimensions(dimensions, model.dimensions);
  const embeddings = Embeddings.zeros(texts.length, dimensions);
  const tokenCounts = new Uint32Array(texts.length);
  const truncated: number[] = [];
  const { onProgress } = options;
  for await (const batch of embedStream(model, texts, {
    ...options,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, total: texts.length })),
  })) {
    embeddings.data.set(batch.embeddings.data, batch.start * dimensions);
    tokenCounts.set(batch.tokenCounts, batch.start);
    for (const index of batch.truncated) truncated.push(batch.start + index);
  }
  return { embeddings, tokenCounts, truncated };
}
