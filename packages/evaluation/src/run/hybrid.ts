import { type FusionOptions, fuseScores, resolveFusion } from "@kokeshi/lexical";
import type { Axis } from "../embeddings/axis.js";
import { scoreReranking } from "../protocols/reranking.js";
import { scoreRetrieval } from "../protocols/retrieval.js";
import { rankingDepth } from "../retrieval/rank-documents.js";
import { fuseRankings } from "../retrieval/fuse-rankings.js";
import type { Scores } from "../scores.js";
import type { AxisScorer } from "./axis-scorer.js";
import type { LexicalBaseline } from "./lexical-baseline.js";
import { candidatesOf, withGrades } from "./reranking-candidates.js";
import type { RerankingScorer, RetrievalScorer } from "./searched-texts.js";

/** BM25 and a model on the same task, fused. */
export async function scoreHybrid(
  lexical: LexicalBaseline,
  scorer: AxisScorer,
  axis: Axis,
  { fusion, signal }: { fusion: FusionOptions | undefined; signal: AbortSignal | undefined },
): Promise<Scores> {
  const { task } = lexical;
  const { mainMetric } = task.description;
  if (task.type === "retrieval") {
    const dense = await (scorer as RetrievalScorer).rank(axis, signal);
    const byTerms = await lexical.rank(signal);
    const fused = byTerms.map((ranking, query) => {
      return fuseRankings(ranking, dense[query] ?? ranking, rankingDepth, fusion);
    });
    return scoreRetrieval(fused, task.data.qrels, { mainMetric });
  }
  const dense = await (scorer as RerankingScorer).scoreCandidates(axis);
  const byTerms = lexical.scoreCandidates();
  const fused = byTerms.map((scores, query) =>
    fuseScores({ lexical: scores, dense: dense[query] ?? scores, lexicalBound: Math.max(...scores) }, fusion),
  );
  return scoreReranking(withGrades(candidatesOf(task.data.queries).perQuery, fused), { mainMetric });
}

/** In words, parameters included. */
export function fusionMethod(options: FusionOptions | undefined): string {
  const { method, lexicalWeight, rankConstant } = resolveFusion(options);
  const rest = Number((1 - lexicalWeight).toFixed(6));
  switch (method) {
    case "normalized":
      return `${lexicalWeight} x BM25 + ${rest} x dense, each brought to 0 … 1 over the candidates of a query`;
    case "scores":
      return `${lexicalWeight} x BM25 / the best BM25 of the query + ${rest} x dense`;
    case "ranks":
      return `reciprocal rank fusion (k = ${rankConstant}), weights ${lexicalWeight} for BM25 and ${rest} for dense`;
  }
}
