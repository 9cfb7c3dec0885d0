export type { EmbeddingBackend, LoadOptions } from "./embedding-backend.js";
export type { EmbedCall, EmbeddingModel, EmbedResult, ModelDescription } from "./embedding-model.js";
export { createBackendRegistry, type BackendRegistry, type OpenedModel } from "./backend-registry.js";
export { Embeddings } from "./embeddings.js";
export { embed, type EmbedOptions, type EmbedProgress } from "./embed.js";
export { eventLoopTurns } from "./event-loop-turns.js";
export { embedStream, type EmbeddedBatch, type EmbedStreamOptions } from "./embed-stream.js";
export {
  InvalidArgumentError,
  InvalidFileError,
  KokeshiError,
  NetworkError,
  NotFoundError,
  type KokeshiErrorCode,
  type KokeshiErrorDetails,
} from "./errors.js";
export { memoryFolder, readJson, type ModelFile, type ModelFolder } from "./model-folder.js";
export { nearestNeighbors, type Neighbor } from "./nearest-neighbors.js";
export { resolvePrompt } from "./prompt.js";
export {
  cosineSimilarity,
  dotProduct,
  euclideanDistance,
  manhattanDistance,
  similarityMatrix,
  type Vector,
} from "./similarity.js";
export { normalizeRows, truncateDimensions } from "./vector-steps.js";
