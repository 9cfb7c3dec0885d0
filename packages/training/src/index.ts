export * from "./compress/index.js";
export * from "./distil/index.js";
export {
  reduceCoherence,
  type CoherenceOptions,
  type CoherenceProgress,
} from "./coherence/reduce-coherence.js";
export { ContrastiveLoss, type ContrastiveLossOptions, type LossAndGradient } from "./contrastive-loss.js";
export { cosentLoss, type GradedLoss } from "./cosent-loss.js";
export { tokenizeGradedPairs, type GradedSource } from "./graded-source.js";
export type { Schedule } from "./learning-rate.js";
export { readPairCache, writePairCache } from "./pair-cache.js";
export { pairSource, tokenizePairs, type PairSource, type PairSourceOptions } from "./pair-source.js";
export type { PairTokenizer } from "./tokenize-columns.js";
export { createNormalRandom, createRandom } from "./random.js";
export { readGradedPairs, type GradedTextPair } from "./read-graded-pairs.js";
export { readPairs, type TextPair } from "./read-pairs.js";
export { trainingCurves, type CurvePoint } from "./report/training-curves.js";
export { TrainingLog } from "./report/training-log.js";
export { readSentencePieceModel, type SentencePiece } from "./sentencepiece-model.js";
export {
  normalizeForSentencePiece,
  sentencePieceNormalizer,
  wordsForSentencePiece,
} from "./sentencepiece-text.js";
export type { TokenRows } from "./token-rows.js";
export { countOccurrences, type TokenDropoutOptions } from "./token-dropout.js";
export { trainStatic, type TrainedTable } from "./train-static.js";
export type {
  CheckpointOptions,
  GradedTrainingOptions,
  NeighbourOptions,
  StaticTrainingOptions,
  TrainingProgress,
  ValidationOptions,
} from "./training-options.js";
export { retrievalOfPairs, type RetrievalScores } from "./validation/retrieval-of-pairs.js";
export { spearmanOfGrades } from "./validation/spearman-of-grades.js";
export { unigramTokenizerJson } from "./unigram-tokenizer.js";
