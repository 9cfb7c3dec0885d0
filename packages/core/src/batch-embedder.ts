import type { EmbedOptions } from "./embed.js";
import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";
import { Embeddings } from "./embeddings.js";
import { InvalidArgumentError } from "./errors.js";
import { eventLoopTurns } from "./event-loop-turns.js";
import { resolvePrompt } from "./prompt.js";
import { normalizeRows, requireDimensions, truncateDimensions } from "./vector-steps.js";

/** What `embed` and `embedStream` do with each batch of texts. */
export interface BatchEmbedder {
  readonly dimensions: number;
  /** Texts a call. */
  readonly batchSize: number;
  /** A matrix of zeros for so many vectors. */
  allocate(rows: number): Embeddings;
  /** @param output of zeros, receives the vectors; without it they get a matrix of their own */
  embedBatch(texts: readonly string[], output?: Float32Array): Promise<EmbedResult>;
}

/** Checks the options once, for all batches. */
export function createBatchEmbedder(model: EmbeddingModel, options: EmbedOptions): BatchEmbedder {
  requireModel(model);
  const { dimensions = model.dimensions, normalize = true, signal } = options;
  const { batchSize = model.batchSize ?? 256 } = options;
  requireDimensions(dimensions, model.dimensions);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `batchSize is ${batchSize}`,
      remedy: "use a whole number of at least 1",
    });
  }
  const prompt = resolvePrompt(model, options);
  const isWhole = dimensions === model.dimensions;
  const needsNormalizing = normalize && !(isWhole && model.normalized === true);
  const takeTurn = eventLoopTurns();

  return {
    dimensions,
    batchSize,
    allocate(rows) {
      const length = rows * dimensions;
      const data = (isWhole ? model.allocate?.(length) : undefined) ?? new Float32Array(length);
      return new Embeddings(data, dimensions);
    },
    async embedBatch(texts, output) {
      signal?.throwIfAborted();
      const inputs = prompt === "" ? texts : texts.map((text) => prompt + text);
      const result = await model.doEmbed({
        texts: inputs,
        prompt: prompt === "" ? undefined : prompt,
        signal,
        output: isWhole ? output : undefined,
      });
      requireResult(result, texts.length, model);
      await takeTurn();
      signal?.throwIfAborted();
      const embeddings = truncateDimensions(result.embeddings, dimensions);
      if (needsNormalizing) normalizeRows(embeddings);
      if (output !== undefined && embeddings.data !== output) output.set(embeddings.data);
      return { ...result, embeddings };
    },
  };
}

/** `{ ...model }` copies fields alone, and loses the methods of a class. */
function requireModel(model: EmbeddingModel): void {
  if (typeof (model as Partial<EmbeddingModel>).doEmbed === "function") return;
  throw new InvalidArgumentError({
    part: "core",
    problem: `the model ${model.modelId} has no method doEmbed`,
    remedy:
      "pass the model itself; to change one, use Object.create(model) or write an object with all its methods",
  });
}

/** A row too few would give texts the vectors of others without a word. */
function requireResult({ embeddings, tokenCounts }: EmbedResult, texts: number, model: EmbeddingModel): void {
  const { rows, dimensions } = embeddings;
  if (rows === texts && dimensions === model.dimensions && tokenCounts.length === texts) return;
  throw new InvalidArgumentError({
    part: "core",
    problem:
      `${model.modelId} gave ${rows} rows of ${dimensions} dimensions and ${tokenCounts.length} token counts ` +
      `for ${texts} texts, where its dimensions are ${model.dimensions}`,
    remedy: "return a row and a token count for every text in doEmbed",
  });
}

/** @param index of the text in all that were passed */
export function requireText(text: unknown, index: number): string {
  if (typeof text === "string") return text;
  throw new InvalidArgumentError({
    part: "core",
    problem: `text ${index} is ${text === null ? "null" : typeof text} instead of a string`,
    remedy: "pass strings",
  });
}
