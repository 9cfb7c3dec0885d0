import { eventLoopTurns } from "@kokeshi/core";
import { type Bm25Scores, fuseScores, type FusionOptions } from "@kokeshi/lexical";
import type { RankedRows } from "../codes/nearest-rows.js";
import type { CodeTable } from "../codes/code-table.js";
import type { Contents } from "../contents.js";
import { remembered, type RowSearch, rowScorer, searchRows } from "../search-rows.js";
import type { RowTerms } from "./row-terms.js";

/** A search by vectors and by words. */
export interface HybridSearch extends RowSearch {
  /** What the queries say. */
  texts: readonly string[];
  fusion: FusionOptions;
}

/**
 * The best rows of each query by vectors and words: the `candidates` nearest vectors and the `candidates` best by BM25 get
 * both scores, which are fused. Best first, with fused scores; equal scores in the order of adding.
 */
export async function hybridRows(
  contents: Contents,
  table: CodeTable,
  terms: RowTerms,
  search: HybridSearch,
): Promise<RankedRows[]> {
  const { queries, topK, candidates, filter, signal, texts, fusion } = search;
  const nearest = await searchRows(contents, table, { ...search, topK: Math.max(topK, candidates) });
  const dense = rowScorer(contents, table, queries);
  const passes = filter && remembered(contents, filter);
  const takeTurn = eventLoopTurns();
  const found: RankedRows[] = [];
  for (const [query, { rows: nearestRows }] of nearest.entries()) {
    signal?.throwIfAborted();
    const scores = terms.score(texts[query] as string);
    const sharing = rowsSharingTerms(
      scores,
      Math.max(topK, candidates),
      (row) => contents.isLive(row) && (passes?.(row) ?? true),
    );
    const rows = Uint32Array.from(new Set([...nearestRows, ...sharing])).sort();
    const lexical = scores.of(rows);
    const fused = fuseScores({ dense: dense(query, rows), lexical, lexicalBound: scores.bound }, fusion);
    found.push(best(rows, fused, topK));
    await takeTurn();
  }
  return found;
}

/** The `count` best rows by their words, among those that pass; fewer where fewer share a word with the query. */
function rowsSharingTerms(scores: Bm25Scores, count: number, passes: (row: number) => boolean): Uint32Array {
  for (let wanted = 2 * count; ; wanted *= 8) {
    const { rows } = scores.nearest(wanted);
    const kept = rows.filter(passes).subarray(0, count);
    if (kept.length === count || rows.length < wanted) return kept;
  }
}

/** @param rows ascending, so that the sort leaves equal ones in the order of adding */
function best(rows: Uint32Array, scores: Float64Array, topK: number): RankedRows {
  const order = Array.from(rows.keys())
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, topK);
  return {
    rows: Uint32Array.from(order, (index) => rows[index] as number),
    scores: Float32Array.from(order, (index) => scores[index] as number),
  };
}
