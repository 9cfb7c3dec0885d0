export * from "./compress/index.js";
export * from "./distil/index.js";
export { ContrastiveLoss, type ContrastiveLossOptions, type LossAndGradient } from "./contrastive-loss.js";
export { cosentLoss, type GradedLoss } from "./cosent-loss.js";
export { readPairCache, writePairCache } from "./pair-cache.js";
export { tokenizePairs, type PairSource, type PairTokenizer } from "./pair-source.js";
export { createNormalRandom, createRandom } from "./random.js";
export { readPairs, type TextPair } from "./read-pairs.js";
export { readSentencePieceModel, type SentencePiece } from "./sentencepiece-model.js";
export { normalizeForSentencePiece, sentencePieceNormalizer } from "./sentencepiece-text.js";
export type { TokenRows } from "./token-rows.js";
export {
  trainStatic,
  type StaticTrainingOptions,
  type TrainedTable,
  type TrainingProgress,
} from "./train-static.js";
export { unigramTokenizerJson } from "./unigram-tokenizer.js";
