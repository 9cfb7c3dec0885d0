/**
 * Normalised discounted cumulative gain at `depth`, as trec_eval's ndcg_cut: the gain of a document is its grade, the
 * discount log2(rank + 1), the ideal ranking takes the best grades first. 0 where nothing is relevant.
 */
export function ndcg(ranking: readonly string[], grades: ReadonlyMap<string, number>, depth: number): number {
  const gainOf = (sorted: readonly number[]): number =>
    sorted.slice(0, depth).reduce((sum, grade, index) => sum + grade / Math.log2(index + 2), 0);
  const ideal = gainOf([...grades.values()].sort((x, y) => y - x));
  return ideal === 0 ? 0 : gainOf(ranking.map((id) => grades.get(id) ?? 0)) / ideal;
}
