/** The a of Arora et al. 2017, as Model2Vec has it. */
export const defaultSifCoefficient = 1e-4;

/**
 * Smooth inverse frequency (Arora et al. 2017, "A simple but tough-to-beat baseline for sentence embeddings"): the
 * weight a / (a + p) of each token, p being its probability.
 */
export function sifWeights(probabilities: Float64Array, coefficient = defaultSifCoefficient): Float64Array {
  return probabilities.map((probability) => coefficient / (coefficient + probability));
}

/**
 * Probabilities of tokens that are listed in the order of their frequency, by Zipf's law: token i has 1 / (i + 2),
 * divided by the sum (model2vec/distill/distillation.py, `_post_process_embeddings`).
 */
export function zipfProbabilities(tokens: number): Float64Array {
  const inverseRanks = Float64Array.from({ length: tokens }, (_, index) => 1 / (index + 2));
  const sum = inverseRanks.reduce((total, value) => total + value, 0);
  return inverseRanks.map((value) => value / sum);
}

/** Probabilities of tokens that were counted; all 0 where nothing was. */
export function countedProbabilities(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

/** Multiplies row i of a table by `weights[i]`, in place. */
export function weightRows(table: Float32Array, weights: Float64Array): void {
  const dimensions = table.length / weights.length;
  weights.forEach((weight, row) => {
    const end = (row + 1) * dimensions;
    for (let k = row * dimensions; k < end; k++) table[k] = (table[k] as number) * weight;
  });
}
