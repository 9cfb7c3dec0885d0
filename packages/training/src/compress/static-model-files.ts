import {
  kokeshiStaticFiles,
  model2VecFiles,
  quantizeRows,
  staticEmbeddingFiles,
  type StaticEmbeddingModel,
} from "@kokeshi/static-model";

/** Layouts a static model can be written in; all of them open in Kokeshi. */
export const staticModelFormats = ["sentence-transformers", "model2vec", "kokeshi"] as const;

export type StaticModelFormat = (typeof staticModelFormats)[number];

/** The files of a folder: float32 for sentence-transformers and Model2Vec, int8 rows for Kokeshi. */
export function staticModelFiles(
  model: StaticEmbeddingModel,
  format: StaticModelFormat,
): Record<string, Uint8Array> {
  if (format === "sentence-transformers") return staticEmbeddingFiles(model);
  if (format === "model2vec") return model2VecFiles(model);
  const { table, dimensions } = model;
  return kokeshiStaticFiles({ ...model, table: { ...quantizeRows(table, dimensions), dimensions } });
}
