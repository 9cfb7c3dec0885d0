import type { TokenRows } from "./token-rows.js";

export interface TokenDropoutOptions {
  /** Probability with which each token of a text is left out. Default: 0. */
  probability?: number;
  /**
   * Tokens that are more than this share of all are left out with probability 1 - sqrt(share / own share), as word2vec
   * does (Mikolov et al. 2013, with 1e-5 for words). Default: none are.
   */
  frequentShare?: number;
}

/** Probability with which each token is kept. */
export function keepProbabilities(
  counts: Float64Array,
  { probability = 0, frequentShare = Infinity }: TokenDropoutOptions,
): Float32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => {
    const ownShare = count / total;
    return (1 - probability) * (ownShare > frequentShare ? Math.sqrt(frequentShare / ownShare) : 1);
  });
}

/** How often each token occurs in some lists of texts. */
export function countOccurrences(vocabularySize: number, lists: readonly TokenRows[]): Float64Array {
  const counts = new Float64Array(vocabularySize);
  for (const { ids } of lists) for (const id of ids) counts[id] = (counts[id] as number) + 1;
  return counts;
}
