import { InvalidArgumentError } from "@kokeshi/core";
import {
  confidenceOf,
  leastSureFirst,
  normalizedAbstentionArea,
  type Confidence,
} from "../metrics/abstention.js";
import { measureRanking, type RankedMeasures } from "../metrics/ranked-grades.js";
import { trecOrder } from "../metrics/trec-order.js";
import { part } from "../part.js";
import type { Ranking } from "../ranking.js";
import type { Scores } from "../scores.js";
import type { Qrels } from "../task.js";
import { meanScores } from "./mean-scores.js";
import type { ProtocolOptions } from "./protocol-options.js";
import { requireSome } from "./required-rows.js";

/** MTEB's: a ranker has to find the best 1,000. */
export const retrievalCutoffs = [1, 3, 5, 10, 20, 100, 1000] as const;

const measureNames: Readonly<Record<keyof RankedMeasures, string>> = {
  ndcg: "ndcg",
  averagePrecision: "map",
  recall: "recall",
  precision: "precision",
  reciprocalRank: "mrr",
  hit: "cv_recall",
};

export interface RetrievalOptions extends ProtocolOptions {
  /** Leaves out a document whose id is the query's own, where queries come from the corpus. Default false. */
  readonly ignoreIdenticalIds?: boolean;
}

/**
 * Retrieval: `ndcg_at_k`, `map_at_k`, `recall_at_k`, `precision_at_k`, `mrr_at_k` and `cv_recall_at_k` (the share of
 * queries with a relevant document up to k) for the cutoffs of MTEB, whose measures they are
 * (mteb/_evaluators/retrieval_metrics.py at 30158eb, with pytrec_eval). MTEB rounds the means to five decimals; these
 * are not rounded. Its MRR breaks ties by the order of a heap; here, as for the rest, the greater document id comes
 * first.
 *
 * `nauc_ndcg_at_k_max` and its like say what is gained by giving up the queries of which the ranker is least sure, by the
 * greatest score (`max`), the deviation of the scores (`std`) or the lead of the first (`diff1`), for all but the hit
 * rate; they are left out where a measure is the same for all queries.
 *
 * Every query of the qrels counts, with 0 if nothing was found for it; rankings of other queries do not. The items
 * are the main metric (default `ndcg_at_10`) of each query, in the order of the qrels.
 */
export function scoreRetrieval(
  rankings: readonly Ranking[],
  qrels: Qrels,
  { mainMetric = "ndcg_at_10", ignoreIdenticalIds = false }: RetrievalOptions = {},
): Scores {
  requireSome(qrels.size, "judged queries");
  const rankingOf = new Map<string, Ranking>();
  for (const ranking of rankings) {
    requireRanking(ranking, rankingOf);
    rankingOf.set(ranking.queryId, ranking);
  }
  const perQuery: Record<string, Float64Array> = {};
  for (const name of Object.values(measureNames)) {
    for (const cutoff of retrievalCutoffs) perQuery[`${name}_at_${cutoff}`] = new Float64Array(qrels.size);
  }
  const confidences: Record<keyof Confidence, Float64Array> = {
    max: new Float64Array(qrels.size),
    std: new Float64Array(qrels.size),
    diff1: new Float64Array(qrels.size),
  };
  let query = 0;
  for (const [queryId, grades] of qrels) {
    const ranking = rankingOf.get(queryId);
    let documentIds = ranking === undefined ? [] : trecOrder(ranking);
    let scores = Array.from(ranking?.scores ?? []);
    if (ignoreIdenticalIds) {
      documentIds = documentIds.filter((id) => id !== queryId);
      scores = scores.filter((_, index) => ranking?.documentIds[index] !== queryId);
    }
    for (const [name, value] of Object.entries(confidenceOf(scores)) as [keyof Confidence, number][])
      confidences[name][query] = value;
    const measures = measureRanking(
      gradesOf(documentIds, grades, queryId),
      grades.values(),
      retrievalCutoffs,
    );
    for (const [measure, name] of Object.entries(measureNames) as [keyof RankedMeasures, string][]) {
      retrievalCutoffs.forEach((cutoff, k) => {
        (perQuery[`${name}_at_${cutoff}`] as Float64Array)[query] = measures[measure][k] as number;
      });
    }
    query++;
  }
  const { metrics, items } = meanScores(perQuery, mainMetric);
  return { metrics: { ...metrics, ...abstention(perQuery, confidences) }, items };
}

function abstention(
  perQuery: Readonly<Record<string, Float64Array>>,
  confidences: Readonly<Record<keyof Confidence, Float64Array>>,
): Record<string, number> {
  const areas: Record<string, number> = {};
  for (const [confidence, values] of Object.entries(confidences)) {
    const order = leastSureFirst(values);
    for (const [measure, worth] of Object.entries(perQuery)) {
      if (measure.startsWith(`${measureNames.hit}_`)) continue;
      const area = normalizedAbstentionArea(order, worth);
      if (area !== undefined) areas[`nauc_${measure}_${confidence}`] = area;
    }
  }
  return areas;
}

function gradesOf(
  documentIds: readonly string[],
  grades: ReadonlyMap<string, number>,
  queryId: string,
): Float64Array {
  const ranked = new Float64Array(documentIds.length);
  const found = new Set<string>();
  documentIds.forEach((id, rank) => {
    const grade = grades.get(id);
    if (grade === undefined) return;
    if (found.has(id)) throw wrongRanking(`the ranking for query "${queryId}" names document "${id}" twice`);
    found.add(id);
    ranked[rank] = grade;
  });
  return ranked;
}

function requireRanking(ranking: Ranking, others: ReadonlyMap<string, Ranking>): void {
  const { queryId, documentIds, scores } = ranking;
  if (others.has(queryId)) throw wrongRanking(`there are two rankings for query "${queryId}"`);
  if (documentIds.length !== scores.length) {
    throw wrongRanking(
      `the ranking for query "${queryId}" has ${documentIds.length} documents and ${scores.length} scores`,
    );
  }
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) {
      throw wrongRanking(`the score of document "${documentIds[i]}" for query "${queryId}" is NaN`);
    }
  }
}

function wrongRanking(problem: string): InvalidArgumentError {
  return new InvalidArgumentError({
    part,
    problem,
    remedy: "pass one ranking a query, with each document once and its score",
  });
}
