export { exportStaticEmbedding } from "./export-static-embedding.js";
export { kokeshiStaticFiles, type KokeshiStaticModel } from "./kokeshi-static-files.js";
export { loadStaticModel } from "./load-static-model.js";
export { model2VecFiles, type Model2VecModel } from "./model2vec-files.js";
export { quantizeRows, type QuantizedRows } from "./quantize-rows.js";
export { weighSublinear, type WeighedTokens } from "./sublinear-counts.js";
export { staticBackend } from "./static-backend.js";
export { staticEmbeddingFiles, type StaticEmbeddingModel } from "./static-embedding-files.js";
export type { StaticModel } from "./static-model.js";
export type { TermFrequency } from "./text-rules.js";
export type { WritableModel } from "./writable-model.js";
export {
  readSafetensors,
  tensorOf,
  tensorValues,
  writeSafetensors,
  type DataType,
  type Safetensors,
  type Tensor,
  type TensorValues,
} from "@kokeshi/model-files";
