import { jsonFile, tensorOf, writeSafetensors } from "@kokeshi/model-files";
import { modelCard } from "./model-card.js";
import { sentenceTransformersModules } from "./static-embedding-files.js";
import { requireTable, tokenizerFile, type WritableModel } from "./writable-model.js";

export interface Model2VecModel extends Omit<WritableModel, "prompts"> {
  /** Row-major; one row a token, or fewer where `mapping` says which. int8 has no scale here: its unit is lost. */
  table: Float32Array | Int8Array;
  dimensions: number;
  /** Row of each token (vocabulary quantization). */
  mapping?: Int32Array;
  /** Factor of each token. */
  weights?: Float32Array | Float64Array;
  /** Model whose vocabulary was distilled, for config.json. */
  baseModel?: string;
}

/** The files of a Model2Vec folder (model2vec/persistence/persistence.py). Model2Vec has no prompts. */
export function model2VecFiles(model: Model2VecModel): Record<string, Uint8Array> {
  const { table, dimensions, mapping, weights, normalize } = model;
  const rows = table.length / dimensions;
  requireTable(table.length, dimensions);
  if (weights !== undefined) requireTable(weights.length, 1, mapping?.length ?? rows);
  return {
    "config.json": jsonFile({
      model_type: "model2vec",
      architectures: ["StaticModel"],
      ...(model.baseModel === undefined ? {} : { tokenizer_name: model.baseModel }),
      hidden_dim: dimensions,
      seq_length: 1_000_000,
      normalize,
      embedding_dtype: table instanceof Int8Array ? "int8" : "float32",
      ...(mapping === undefined ? {} : { vocabulary_quantization: rows }),
    }),
    "modules.json": jsonFile(sentenceTransformersModules(".", normalize)),
    "tokenizer.json": tokenizerFile(model),
    "model.safetensors": writeSafetensors({
      embeddings: tensorOf(table, [rows, dimensions]),
      ...(mapping === undefined ? {} : { mapping: tensorOf(mapping, [mapping.length]) }),
      ...(weights === undefined ? {} : { weights: tensorOf(weights, [weights.length]) }),
    }),
    "README.md": modelCard({ ...model, library: "model2vec" }),
  };
}
