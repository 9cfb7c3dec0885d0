import { fuseScores, type FusionOptions } from "@kokeshi/lexical";
import type { Ranking } from "../ranking.js";

/**
 * One ranking of two, by `fuseScores`: of all documents that either has. One that the dense ranking does not have gets
 * the least score there, and no rank; one that the lexical ranking does not have shares no term with the query.
 *
 * @param lexical of one query, best first
 * @param dense of the same query, best first
 * @param depth of the result
 */
export function fuseRankings(
  lexical: Ranking,
  dense: Ranking,
  depth: number,
  options: FusionOptions = {},
): Ranking {
  const last = dense.scores[dense.documentIds.length - 1] ?? 0;
  const least = options.method === "ranks" ? -Infinity : last;
  const documents = new Map<string, { lexical: number; dense: number }>();
  dense.documentIds.forEach((id, rank) =>
    documents.set(id, { lexical: 0, dense: dense.scores[rank] as number }),
  );
  lexical.documentIds.forEach((id, rank) => {
    const found = documents.get(id) ?? { lexical: 0, dense: least };
    documents.set(id, { ...found, lexical: lexical.scores[rank] as number });
  });
  const scores = [...documents.values()];
  const fused = fuseScores(
    {
      lexical: scores.map((score) => score.lexical),
      dense: scores.map((score) => score.dense),
      lexicalBound: lexical.scores[0] ?? 0,
    },
    options,
  );
  // The sort is stable: of equal ones, that of the dense ranking comes first.
  const ranked = Array.from(documents.keys(), (id, index) => ({ id, score: fused[index] as number }))
    .sort((a, b) => b.score - a.score)
    .slice(0, depth);
  return {
    queryId: lexical.queryId,
    documentIds: ranked.map(({ id }) => id),
    scores: ranked.map(({ score }) => score),
  };
}
