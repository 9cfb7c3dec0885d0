import { InvalidArgumentError } from "@kokeshi/core";

/** How scores of two kinds become one: see `fuseScores`. */
export type FusionMethod = "normalized" | "scores" | "ranks";

export interface FusionOptions {
  /** Default: "normalized". */
  readonly method?: FusionMethod;
  /** What words count against vectors, from 0 to 1. Default: 0.6 for "normalized", 0.7 for "scores", 0.5 for "ranks". */
  readonly lexicalWeight?: number;
  /** Of "ranks": how little the first ranks count for more than the next. Default: 60. */
  readonly rankConstant?: number;
}

/** Candidates of one query, by two ways of scoring; greater is better. */
export interface CandidateScores {
  /** Cosines or dot products. For "ranks", -Infinity is without a rank. */
  readonly dense: ArrayLike<number>;
  /** BM25; 0 where no term is shared. */
  readonly lexical: ArrayLike<number>;
  /** Above all possible lexical scores: `bound` of the query. Only "scores" looks at it. */
  readonly lexicalBound: number;
}

const defaultWeights: Readonly<Record<FusionMethod, number>> = { normalized: 0.6, scores: 0.7, ranks: 0.5 };

/** The constant of the paper, which everybody keeps. */
const defaultRankConstant = 60;

/**
 * One score a candidate, greater is better. With w = `lexicalWeight`:
 *
 * - "normalized": w * n(lexical) + (1 - w) * n(dense), where n brings the scores of all candidates to 0 … 1: the convex
 *   combination of Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS, 2023), which
 *   found it better than ranks. For any model; the score says how a candidate stands among those of its query.
 * - "scores": w * lexical / bound + (1 - w) * dense, the same with the least and greatest that there can be, as their
 *   "theoretical" normalisation has it. A score stands for itself, whatever the other candidates are, so that it can be
 *   compared between queries and with a threshold. For models whose cosines use the range from 0 to 1.
 * - "ranks": w / (k + lexical rank) + (1 - w) / (k + dense rank), reciprocal rank fusion (Cormack, Clarke and Büttcher,
 *   SIGIR 2009). Equal scores share the mean of their ranks; what shares no term with the query has no lexical rank.
 *
 * Throws InvalidArgumentError for options that make no sense.
 */
export function fuseScores(
  { dense, lexical, lexicalBound }: CandidateScores,
  options: FusionOptions = {},
): Float64Array {
  const { method, lexicalWeight, rankConstant } = resolveFusion(options);
  if (method === "scores") {
    const share = lexicalBound > 0 ? lexicalWeight / lexicalBound : 0;
    return Float64Array.from(
      dense,
      (score, i) => share * (lexical[i] as number) + (1 - lexicalWeight) * score,
    );
  }
  const [own, other] =
    method === "normalized"
      ? [minMax(lexical), minMax(dense)]
      : [reciprocalRanks(lexical, rankConstant, 0), reciprocalRanks(dense, rankConstant, -Infinity)];
  return own.map((score, i) => lexicalWeight * score + (1 - lexicalWeight) * (other[i] as number));
}

/** The options with their defaults. Throws InvalidArgumentError. */
export function resolveFusion({
  method = "normalized",
  lexicalWeight = defaultWeights[method],
  rankConstant = defaultRankConstant,
}: FusionOptions = {}): Required<FusionOptions> {
  if (!Object.hasOwn(defaultWeights, method)) {
    const methods = Object.keys(defaultWeights).join(", ");
    throw invalid(`the method of fusion is ${JSON.stringify(method)}`, `use one of ${methods}`);
  }
  if (!(lexicalWeight >= 0 && lexicalWeight <= 1)) {
    throw invalid(
      `lexicalWeight is ${lexicalWeight}`,
      "use a number from 0 (vectors only) to 1 (words only)",
    );
  }
  if (!(rankConstant >= 0 && Number.isFinite(rankConstant))) {
    throw invalid(`rankConstant is ${rankConstant}`, "use a number of at least 0");
  }
  return { method, lexicalWeight, rankConstant };
}

/** The least becomes 0 and the greatest 1; scores that are all equal say nothing and become 0. */
function minMax(scores: ArrayLike<number>): Float64Array {
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < scores.length; i++) {
    least = Math.min(least, scores[i] as number);
    greatest = Math.max(greatest, scores[i] as number);
  }
  const range = greatest - least;
  return Float64Array.from(scores, (score) => (range > 0 ? (score - least) / range : 0));
}

/** 1 / (constant + rank) of the scores above `floor`, 0 of the others. */
function reciprocalRanks(scores: ArrayLike<number>, constant: number, floor: number): Float64Array {
  const reciprocals = new Float64Array(scores.length);
  const order = Array.from(scores, (_, i) => i)
    .filter((i) => (scores[i] as number) > floor)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number));
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] as number];
    let end = start + 1;
    while (end < order.length && scores[order[end] as number] === score) end++;
    // Ranks are start + 1 to end.
    const rank = (start + 1 + end) / 2;
    for (const i of order.slice(start, end)) reciprocals[i] = 1 / (constant + rank);
    start = end;
  }
  return reciprocals;
}

function invalid(problem: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({ part: "lexical", problem, remedy });
}
