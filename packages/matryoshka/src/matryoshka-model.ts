import { type EmbedCall, type EmbeddingModel, type EmbedResult, truncateDimensions } from "@kokeshi/core";
import { requireDimensions } from "./require-dimensions.js";

/** A model that gives the first components of another model's vectors. */
export class MatryoshkaModel implements EmbeddingModel {
  readonly specificationVersion = "v1";
  /** That of the full model, and the dimensions: `name@revision+128d`. */
  readonly modelId: string;
  readonly maxTokens: EmbeddingModel["maxTokens"];
  readonly batchSize: EmbeddingModel["batchSize"];
  readonly prompts: EmbeddingModel["prompts"];
  readonly defaultInputType: EmbeddingModel["defaultInputType"];
  readonly description: EmbeddingModel["description"];

  constructor(
    /** The full model. */
    readonly model: EmbeddingModel,
    readonly dimensions: number,
  ) {
    requireDimensions(dimensions, model.dimensions);
    this.modelId = `${model.modelId}+${dimensions}d`;
    this.maxTokens = model.maxTokens;
    this.batchSize = model.batchSize;
    this.prompts = model.prompts;
    this.defaultInputType = model.defaultInputType;
    this.description = model.description;
  }

  /** As of every model, the vectors need not have length 1: `embed()` normalises them. */
  async doEmbed(call: EmbedCall): Promise<EmbedResult> {
    const result = await this.model.doEmbed(call);
    return { ...result, embeddings: truncateDimensions(result.embeddings, this.dimensions) };
  }

  /** Closes the full model. */
  async close(): Promise<void> {
    await this.model.close();
  }
}

/**
 * A smaller model of any model. `embed(withDimensions(model, 128), texts)` gives the bits of
 * `embed(model, texts, { dimensions: 128 })`; what remembers a model's id, like an index, can then tell the sizes apart.
 * The full dimension returns the model itself, and cutting twice is cutting once.
 */
export function withDimensions(model: EmbeddingModel, dimensions: number): EmbeddingModel {
  requireDimensions(dimensions, model.dimensions);
  if (dimensions === model.dimensions) return model;
  return new MatryoshkaModel(model instanceof MatryoshkaModel ? model.model : model, dimensions);
}
