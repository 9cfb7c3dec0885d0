/** Grades of documents by id, by id of the query; 0 and less is not relevant. */
export type Judgements = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Normalised discounted cumulative gain of a ranking cut at `depth`, as trec_eval's ndcg_cut: a document gains its grade,
 * discounted by log2(rank + 1), and the ideal ranking has the best grades first. 0 where nothing is relevant.
 */
export function ndcg(ranking: readonly string[], grades: ReadonlyMap<string, number>, depth: number): number {
  const ideal = gain(
    [...grades.values()].sort((a, b) => b - a),
    depth,
  );
  return ideal === 0
    ? 0
    : gain(
        ranking.map((id) => grades.get(id) ?? 0),
        depth,
      ) / ideal;
}

/** The mean of rankings cut at ten; ranking i is of query `queryIds[i]`. */
export function meanNdcg(
  rankings: readonly (readonly string[])[],
  queryIds: readonly string[],
  judgements: Judgements,
): number {
  const sum = rankings.reduce((total, ranking, query) => {
    return total + ndcg(ranking, judgements.get(queryIds[query] as string) ?? new Map<string, number>(), 10);
  }, 0);
  return sum / rankings.length;
}

function gain(grades: readonly number[], depth: number): number {
  return grades
    .slice(0, depth)
    .reduce((sum, grade, rank) => sum + Math.max(0, grade) / Math.log2(rank + 2), 0);
}
