import { embed, InvalidArgumentError, type EmbeddingModel } from "@kokeshi/core";

export interface TeacherOptions {
  /** Whose prompt goes before each text: "query", "document", … Default: no prompt. */
  inputType?: string;
  /** Texts a call to the model. Default: what the model does best with. */
  batchSize?: number;
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * What a model gives for these texts, not scaled to length 1 unless the model does so itself. Throws
 * InvalidArgumentError where it gives NaN or infinity.
 */
export async function teacherVectors(
  model: EmbeddingModel,
  texts: readonly string[],
  { inputType, batchSize, signal, onProgress }: TeacherOptions = {},
): Promise<Float32Array> {
  const { embeddings } = await embed(model, texts, {
    ...(inputType === undefined ? { prompt: "" } : { inputType }),
    normalize: false,
    batchSize,
    signal,
    onProgress: onProgress && (({ done }) => onProgress({ done, total: texts.length })),
  });
  const odd = embeddings.data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    const text = texts[Math.floor(odd / model.dimensions)];
    throw new InvalidArgumentError({
      part: "training",
      problem: `${model.modelId} gives ${embeddings.data[odd]} for the text ${JSON.stringify(text)}`,
      remedy: "check the weights of the model, or leave the text out",
    });
  }
  return embeddings.data;
}
