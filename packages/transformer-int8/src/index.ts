export type { BatchEncoder, Encoder, TextTokenizer, TokenBatch, TokenizedTexts } from "./encoder/encoder.js";
export type { EncoderPlan, PoolingMode, Precision } from "./encoder/encoder-plan.js";
export { openEncoder } from "./encoder/open-encoder.js";
export type { PrecisionChoice } from "./folder/find-graph.js";
export { loadTransformerModel, type TransformerOptions } from "./load-transformer-model.js";
export { transformerBackend, type TransformerBackend } from "./transformer-backend.js";
export type { TransformerModel } from "./transformer-model.js";
