import type { DenseIndex } from "./dense-index.js";

/** Results a query that rescoring is made for: the multiple of candidates counts these. */
export const rescoredResults = 10;

/**
 * Candidates from a coarse index, scored again by a finer one: the `multiplier` x 10 nearest of the coarse index come
 * first, in the order of the finer, and the others after them, as they were. So nDCG@10 sees what an index that
 * rescores would show, and recall at greater depths what it would find.
 */
export function withRescoring(coarse: DenseIndex, fine: DenseIndex, multiplier: number): DenseIndex {
  return {
    nearest(query, k) {
      const { rows, scores } = coarse.nearest(query, k);
      const candidates = rows.slice(0, multiplier * rescoredResults);
      const rescored = fine.scoresOf(query, candidates);
      const order = Array.from(candidates, (_, index) => index).sort(
        (a, b) => (rescored[b] as number) - (rescored[a] as number) || a - b,
      );
      const lowest = order.length === 0 ? 0 : (rescored[order.at(-1) as number] as number);
      const all = new Float32Array(rows.length);
      order.forEach((index, rank) => (all[rank] = rescored[index] as number));
      // What was not scored again stays behind what was, at the distances it had to the last candidate, on the scale on
      // which the finer index has put the candidates: a fusion with other scores looks at distances.
      const last = scores[candidates.length - 1] ?? 0;
      const scale = scaleOf(all[0] as number, lowest, scores[0] as number, last);
      for (let rank = candidates.length; rank < rows.length; rank++) {
        all[rank] = lowest - scale * (1 + last - (scores[rank] as number));
      }
      const ranked = rows.slice();
      order.forEach((index, rank) => (ranked[rank] = candidates[index] as number));
      return { rows: ranked, scores: all };
    },
    scoresOf: (query, documents) => fine.scoresOf(query, documents),
  };
}

/** What a step between the coarse scores `from` and `to` is worth among the fine ones; 1 where that cannot be said. */
function scaleOf(fineFrom: number, fineTo: number, from: number, to: number): number {
  const scale = (fineFrom - fineTo) / (from - to);
  return scale > 0 && Number.isFinite(scale) ? scale : 1;
}
