import type { EmbeddingModel } from "@kokeshi/core";
import {
  exportStaticEmbedding,
  readSafetensors,
  tensorValues,
  type StaticEmbeddingModel,
  type StaticModel,
  type Tensor,
} from "@kokeshi/static-model";

/**
 * What a loaded static model is made of, as float32 with its scales, weights and mapping multiplied in. Where its family
 * drops the unknown token, that has zeros. Throws InvalidArgumentError for a model of another kind.
 */
export function readStaticModel(model: EmbeddingModel): StaticEmbeddingModel {
  const files = exportStaticEmbedding(model);
  const { tensors } = readSafetensors(files["0_StaticEmbedding/model.safetensors"] as Uint8Array);
  return {
    table: tensorValues(tensors.get("embedding.weight") as Tensor) as Float32Array,
    dimensions: model.dimensions,
    tokenizerJson: files["0_StaticEmbedding/tokenizer.json"] as Uint8Array,
    normalize: model.normalized === true,
    prompts: model.prompts,
    termFrequency: (model as StaticModel).parts.rules.termFrequency,
    licence: model.description?.licence,
  };
}
