import { embed, InvalidArgumentError, type EmbeddingModel } from "@kokeshi/core";
import { VectorCache } from "./vector-cache.js";

export interface TeacherOptions {
  /** Whose prompt goes before each text: "query", "document", … Default: no prompt. */
  inputType?: string;
  /** Texts a call to the model. Default: what the model does best with. */
  batchSize?: number;
  /** A file that keeps the vectors, so that a run which was interrupted goes on where it stopped. Default: none. */
  cache?: string;
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/** Texts whose vectors are lost where a run is interrupted, at most. */
const textsAtOnce = 1024;

/**
 * What a model gives for these texts, not scaled to length 1 unless the model does so itself. Throws
 * InvalidArgumentError where it gives NaN or infinity.
 */
export async function teacherVectors(
  model: EmbeddingModel,
  texts: readonly string[],
  { inputType, batchSize, cache: path, signal, onProgress }: TeacherOptions = {},
): Promise<Float32Array> {
  const { dimensions } = model;
  const vectors = new Float32Array(texts.length * dimensions);
  if (texts.length === 0) return vectors;
  const cacheId = `${model.modelId}\n${inputType ?? ""}`;
  const cache = path === undefined ? undefined : await VectorCache.open(path, cacheId, dimensions);
  try {
    const missing: number[] = [];
    texts.forEach((text, row) => {
      const vector = cache?.get(text);
      if (vector === undefined) missing.push(row);
      else vectors.set(vector, row * dimensions);
    });
    let done = texts.length - missing.length;
    for (let start = 0; start < missing.length; start += textsAtOnce) {
      const rows = missing.slice(start, start + textsAtOnce);
      const asked = rows.map((row) => texts[row] as string);
      const { embeddings } = await embed(model, asked, {
        ...(inputType === undefined ? { prompt: "" } : { inputType }),
        normalize: false,
        batchSize,
        signal,
        onProgress:
          onProgress && ((progress) => onProgress({ done: done + progress.done, total: texts.length })),
      });
      requireFinite(model, asked, embeddings.data);
      rows.forEach((row, index) => vectors.set(embeddings.row(index), row * dimensions));
      await cache?.append(asked, embeddings.data);
      done += rows.length;
    }
    if (missing.length === 0) onProgress?.({ done, total: texts.length });
    return vectors;
  } finally {
    await cache?.close();
  }
}

function requireFinite(model: EmbeddingModel, texts: readonly string[], vectors: Float32Array): void {
  const odd = vectors.findIndex((value) => !Number.isFinite(value));
  if (odd < 0) return;
  const text = texts[Math.floor(odd / model.dimensions)];
  throw new InvalidArgumentError({
    part: "training",
    problem: `${model.modelId} gives ${vectors[odd]} for the text ${JSON.stringify(text)}`,
    remedy: "check the weights of the model, or leave the text out",
  });
}
