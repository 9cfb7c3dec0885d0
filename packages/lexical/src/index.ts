export { analyzeText, type Analyzer } from "./analyze-text.js";
export { Bm25Index, type Bm25Options, type Bm25Scores, defaultBm25 } from "./bm25-index.js";
export {
  type CandidateScores,
  fuseScores,
  type FusionMethod,
  type FusionOptions,
  resolveFusion,
} from "./fuse-scores.js";
