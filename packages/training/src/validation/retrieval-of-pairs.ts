import { createKernels } from "@kokeshi/kernels";
import type { TermFrequency } from "@kokeshi/static-model";
import type { PairSource } from "../pair-source.js";
import { withTermFrequency } from "../with-term-frequency.js";
import { textVectors } from "./text-vectors.js";

export interface RetrievalScores {
  /** Share of the anchors whose nearest text is their positive. */
  accuracy: number;
  /** Mean of 1 / the place of the positive among the ten nearest, 0 beyond them. */
  meanReciprocalRank: number;
}

const depth = 10;

/**
 * How well each anchor of held-out pairs finds its own positive among all their positives, by cosine. Positives of equal
 * tokens count as one.
 *
 * @param termFrequency as of the training. Default: "linear"
 */
export function retrievalOfPairs(
  source: PairSource,
  termFrequency?: TermFrequency,
): (table: Float32Array, dimensions: number) => Promise<RetrievalScores> {
  // Candidate of each pair: the first pair whose positive is the same.
  const candidateOf = new Map<number, number>();
  const candidates: number[] = [];
  source.positiveHashes.forEach((hash, pair) => {
    if (candidateOf.has(hash)) return;
    candidateOf.set(hash, candidates.length);
    candidates.push(pair);
  });
  const anchorTokens = withTermFrequency(source.anchors, termFrequency);
  const positiveTokens = withTermFrequency(source.positives, termFrequency);
  return async (table, dimensions) => {
    const kernels = await createKernels();
    const anchors = textVectors(table, dimensions, anchorTokens);
    const positives = textVectors(table, dimensions, positiveTokens, Uint32Array.from(candidates));
    kernels.normalizeRows(positives.data, dimensions);
    const vectors = kernels.createFloat32Vectors(dimensions, positives.rows).write(0, positives.data);
    let accuracy = 0;
    let reciprocals = 0;
    vectors.nearestBatch(anchors.data, depth).forEach(({ rows }, pair) => {
      const place = rows.indexOf(candidateOf.get(source.positiveHashes[pair] as number) as number);
      if (place === 0) accuracy++;
      if (place >= 0) reciprocals += 1 / (place + 1);
    });
    return { accuracy: accuracy / source.pairs, meanReciprocalRank: reciprocals / source.pairs };
  };
}
