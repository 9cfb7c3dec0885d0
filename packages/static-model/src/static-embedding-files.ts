import { jsonFile, tensorOf, writeSafetensors } from "@kokeshi/model-files";
import { modelCard } from "./model-card.js";
import { requireTable, tokenizerFile, type WritableModel } from "./writable-model.js";

export interface StaticEmbeddingModel extends WritableModel {
  /** Row-major, one row a token. */
  table: Float32Array;
  dimensions: number;
}

/**
 * The files of a float32 StaticEmbedding folder, as sentence-transformers writes and opens them. Model2Vec opens it
 * too: the `normalize` in config_sentence_transformers.json is for it.
 */
export function staticEmbeddingFiles(model: StaticEmbeddingModel): Record<string, Uint8Array> {
  const { table, dimensions, normalize } = model;
  requireTable(table.length, dimensions);
  return {
    "modules.json": jsonFile(sentenceTransformersModules("0_StaticEmbedding", normalize)),
    "config_sentence_transformers.json": jsonFile({
      model_type: "SentenceTransformer",
      prompts: model.prompts ?? {},
      default_prompt_name: null,
      similarity_fn_name: "cosine",
      normalize,
    }),
    "0_StaticEmbedding/tokenizer.json": tokenizerFile(model),
    "0_StaticEmbedding/model.safetensors": writeSafetensors({
      "embedding.weight": tensorOf(table, [table.length / dimensions, dimensions]),
    }),
    "README.md": modelCard({ ...model, library: "sentence-transformers" }),
  };
}

/** `modules.json`: the table, then perhaps the scaling to length 1. */
export function sentenceTransformersModules(tablePath: string, normalize: boolean) {
  const table = { idx: 0, name: "0", path: tablePath, type: "sentence_transformers.models.StaticEmbedding" };
  const scaling = { idx: 1, name: "1", path: "1_Normalize", type: "sentence_transformers.models.Normalize" };
  return normalize ? [table, scaling] : [table];
}
