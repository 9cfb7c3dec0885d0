export type { Analyzer, FusionMethod, FusionOptions } from "@kokeshi/lexical";
export { communityDetection, type CommunityDetectionOptions } from "./community-detection.js";
export type { TermOptions } from "./hybrid/row-terms.js";
export { IndexLockedError } from "./file/file-lock.js";
export {
  KokeshiIndex,
  type CreateOptions,
  type HybridOptions,
  type IndexInfo,
  type OpenOptions,
  type SearchOptions,
} from "./kokeshi-index.js";
export { type Pair, paraphraseMining, type ParaphraseMiningOptions } from "./paraphrase-mining.js";
export * from "./plans/index.js";
export type { CodeSettings, IndexOptions, IndexSettings, Metric } from "./settings.js";
export {
  addTexts,
  searchTexts,
  type AddedTexts,
  type AddTextsOptions,
  type SearchTextsOptions,
  type TextItem,
} from "./texts.js";
export type {
  NewItems,
  SearchHit,
  StoredItem,
  VectorIndex,
  VectorSearchOptions,
  WorkOptions,
  WorkProgress,
} from "./vector-index.js";
