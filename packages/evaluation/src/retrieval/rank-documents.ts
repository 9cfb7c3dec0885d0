import { type Embeddings, eventLoopTurns } from "@kokeshi/core";
import { analyzeText, type Analyzer, Bm25Index, type Bm25Options } from "@kokeshi/lexical";
import type { Ranking } from "../ranking.js";
import type { Documents } from "../task.js";
import type { DenseIndex } from "./dense-index.js";

/** Documents a query that are ranked: the greatest cutoff of MTEB. */
export const rankingDepth = 1000;

/** @param queryVectors cut and normalised, one a query */
export async function rankByVectors(
  index: DenseIndex,
  queryVectors: Embeddings,
  queries: Documents,
  corpus: Documents,
  signal?: AbortSignal,
): Promise<Ranking[]> {
  return rankAll(queries, corpus, (query) => index.nearest(queryVectors.row(query), rankingDepth), signal);
}

export async function rankByBm25(
  queries: Documents,
  corpus: Documents,
  analyzer: Analyzer,
  options: Bm25Options,
  signal?: AbortSignal,
): Promise<Ranking[]> {
  const index = new Bm25Index(options);
  for (const [document, text] of corpus.texts.entries()) index.add(document, analyzeText(text, analyzer));
  const nearest = (query: number) =>
    index.score(analyzeText(queries.texts[query] as string, analyzer)).nearest(rankingDepth);
  return rankAll(queries, corpus, nearest, signal);
}

async function rankAll(
  queries: Documents,
  corpus: Documents,
  nearest: (query: number) => { rows: Uint32Array; scores: ArrayLike<number> },
  signal: AbortSignal | undefined,
): Promise<Ranking[]> {
  const rankings: Ranking[] = [];
  const breathe = eventLoopTurns();
  for (const [query, queryId] of queries.ids.entries()) {
    const { rows, scores } = nearest(query);
    rankings.push({ queryId, documentIds: Array.from(rows, (row) => corpus.ids[row] as string), scores });
    await breathe();
    signal?.throwIfAborted();
  }
  return rankings;
}
