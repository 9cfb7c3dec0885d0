import { InvalidArgumentError, type EmbeddingModel } from "@kokeshi/core";
import { toFloat32Table } from "./embedding-table.js";
import { staticEmbeddingFiles } from "./static-embedding-files.js";
import { StaticModel } from "./static-model.js";

/**
 * Any loaded static model as a float32 StaticEmbedding folder for sentence-transformers, with weights, mappings and
 * scales multiplied in.
 *
 * sentence-transformers keeps unknown tokens and knows no limit of 512 tokens. A model whose family drops unknown
 * tokens (Model2Vec) gets zeros for them: where it scales its vectors to length 1, texts of up to 512 tokens keep
 * their vectors.
 */
export function exportStaticEmbedding(model: EmbeddingModel): Record<string, Uint8Array> {
  if (!(model instanceof StaticModel)) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `${model.modelId} was not opened by this backend`,
      remedy: "pass a model that loadStaticModel gave",
    });
  }
  const { tokenMeans, rules, tokenizerJson, normalize, prompts, licence } = model.parts;
  const values = toFloat32Table(tokenMeans);
  if (rules.droppedId !== undefined) {
    const { dimensions } = tokenMeans;
    values.fill(0, rules.droppedId * dimensions, (rules.droppedId + 1) * dimensions);
  }
  return staticEmbeddingFiles({
    table: values,
    dimensions: tokenMeans.dimensions,
    tokenizerJson,
    normalize,
    prompts,
    licence,
    description: `Exported from ${model.modelId}.`,
  });
}
