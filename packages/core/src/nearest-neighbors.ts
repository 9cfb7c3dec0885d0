import type { Embeddings } from "./embeddings.js";
import { InvalidArgumentError } from "./errors.js";
import { dotProduct } from "./similarity.js";

export interface Neighbor {
  /** Row in the corpus. */
  index: number;
  score: number;
}

/**
 * The `topK` rows of `corpus` with the greatest dot product, for each query, best first; equal scores keep the order
 * of the corpus. On vectors of length 1, as `embed()` returns them, the dot product is the cosine. Exact: looks at
 * every row.
 */
export function nearestNeighbors(queries: Embeddings, corpus: Embeddings, topK = 10): Neighbor[][] {
  if (!Number.isInteger(topK) || topK < 1) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `topK is ${topK}`,
      remedy: "use a whole number of at least 1",
    });
  }
  const rows = Array.from(corpus);
  return Array.from(queries, (query) => {
    const best: Neighbor[] = [];
    rows.forEach((row, index) => {
      const score = dotProduct(query, row);
      const worst = best[best.length - 1];
      if (best.length === topK && worst !== undefined && !(score > worst.score)) return;
      let position = best.length;
      while (position > 0 && score > (best[position - 1] as Neighbor).score) position--;
      best.splice(position, 0, { index, score });
      if (best.length > topK) best.pop();
    });
    return best;
  });
}
