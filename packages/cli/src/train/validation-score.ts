import type { TermFrequency } from "@kokeshi/static-model";
import type { PairTokenizer } from "@kokeshi/training";
import type { ValidationConfig } from "./training-config.js";

/** How good a table is on held-out pairs. */
export interface ValidationScore {
  /** Name of the number that `score` gives. */
  measure: "meanReciprocalRank" | "spearman";
  pairs: number;
  score: (table: Float32Array, dimensions: number) => Promise<number>;
  /** All numbers there are. */
  details: (table: Float32Array, dimensions: number) => Promise<Record<string, number>>;
}

export async function openValidation(
  { kind, path }: ValidationConfig,
  tokenizer: PairTokenizer,
  termFrequency: TermFrequency | undefined,
): Promise<ValidationScore> {
  const training = await import("@kokeshi/training");
  if (kind === "graded") {
    const source = await training.tokenizeGradedPairs(path, training.readGradedPairs(path), tokenizer);
    const spearman = training.spearmanOfGrades(source, termFrequency);
    return {
      measure: "spearman",
      pairs: source.pairs,
      score: async (...table) => spearman(...table),
      details: async (...table) => ({ spearman: spearman(...table) }),
    };
  }
  const source = await training.tokenizePairs(path, training.readPairs(path), tokenizer);
  const retrieval = training.retrievalOfPairs(source, termFrequency);
  return {
    measure: "meanReciprocalRank",
    pairs: source.pairs,
    score: async (...table) => (await retrieval(...table)).meanReciprocalRank,
    details: async (...table) => ({ ...(await retrieval(...table)) }),
  };
}
