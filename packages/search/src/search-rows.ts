import type { Embeddings } from "@kokeshi/core";
import type { Kernels, TopOrder } from "@kokeshi/kernels";
import type { RankedRows } from "./codes/nearest-rows.js";
import { type Rescorer, rescorerFromDisk, rescorerInMemory } from "./codes/rescore.js";
import { scan, type TaskRunner } from "./codes/scan.js";
import { type PreparedQueries, prepareQueries } from "./codes/stage-queries.js";
import type { CodeTable } from "./codes/code-table.js";
import type { Contents } from "./contents.js";
import type { StoredItem } from "./vector-index.js";
import { leadingComponents } from "./vector-input.js";

/** A search, with everything checked. */
export interface RowSearch {
  /** Comparable queries of all dimensions. */
  queries: Embeddings;
  topK: number;
  /** Rows of each query that are scored again, with finer codes or with the float32 query. */
  candidates: number;
  rescore: boolean;
  filter?: (item: StoredItem) => boolean;
  signal?: AbortSignal;
  run: TaskRunner;
  /** Parts the scan falls into, where it is worth it. */
  share: number;
}

/** Removed rows up to this many are found and dropped; where there are more, only rows that remain are looked at. */
const mostDropped = 64;
/** With a filter, the scan first finds so many times as many rows as are wanted. */
const filterMargin = 4;

/** Rows that are nearest to each query, best first, with scores; equal scores in the order of adding. */
export async function searchRows(
  contents: Contents,
  table: CodeTable,
  search: RowSearch,
): Promise<RankedRows[]> {
  const { queries, topK, rescore } = search;
  const { metric, scan: codes } = contents.settings;
  if (contents.count === 0) return Array.from({ length: queries.rows }, none);
  const scanQueries = leadingComponents(queries, codes.dimensions, metric);
  const prepared = prepareQueries(contents.format("scan"), scanQueries);
  const rescorer = rescore ? rescorerFor(contents, table, queries, scanQueries) : undefined;
  const wanted = Math.min(Math.max(topK, rescorer === undefined ? 0 : search.candidates), contents.count);
  const found = await candidates(contents, table, prepared, wanted, rescorer ? "row" : "score", search);
  if (rescorer === undefined) return found.map((ranked, query) => scored(ranked, query, prepared));
  return found.map((ranked, query) => rescored(ranked, rescorer(query, ranked.rows), topK, table.kernels));
}

/** Finer codes; of bits alone the scan rounds the scores, which are then computed. */
function rescorerFor(
  contents: Contents,
  table: CodeTable,
  queries: Embeddings,
  scanQueries: Embeddings,
): Rescorer | undefined {
  if (contents.settings.rescoring !== undefined) return finerRescorer(contents, queries);
  if (table.format.kind !== "bits") return undefined;
  return rescorerInMemory(table, contents.format("scan"), scanQueries);
}

/** Scores any rows with the best that the index has of them. */
export function rowScorer(contents: Contents, table: CodeTable, queries: Embeddings): Rescorer {
  const { metric, scan: codes, rescoring } = contents.settings;
  if (rescoring !== undefined) return finerRescorer(contents, queries);
  const scanQueries = leadingComponents(queries, codes.dimensions, metric);
  return rescorerInMemory(table, contents.format("scan"), scanQueries);
}

function finerRescorer(contents: Contents, queries: Embeddings): Rescorer {
  const finer = contents.loadedTable("rescoring");
  const format = contents.format("rescoring");
  if (finer !== undefined) return rescorerInMemory(finer, format, queries);
  return rescorerFromDisk(contents.desk("rescoring"), format, queries, (row, target) =>
    contents.readCodesOfRow("rescoring", row, target),
  );
}

function none(): RankedRows {
  return { rows: new Uint32Array(0), scores: new Float32Array(0) };
}

function scored({ rows, scores }: RankedRows, query: number, { scoreOf }: PreparedQueries): RankedRows {
  return { rows, scores: scores.map((score) => scoreOf(query, score)) };
}

/** The best of ascending rows, by their new scores. */
function rescored({ rows }: RankedRows, scores: Float32Array, topK: number, kernels: Kernels): RankedRows {
  const best = kernels.selectTop(scores, topK);
  return { rows: best.rows.map((index) => rows[index] as number), scores: best.scores };
}

/** What the scan finds among the rows that are there and pass the filter: as if there were no others. */
async function candidates(
  contents: Contents,
  table: CodeTable,
  prepared: PreparedQueries,
  wanted: number,
  order: TopOrder,
  { filter, signal, run, share }: RowSearch,
): Promise<RankedRows[]> {
  const removed = contents.removed.size;
  const dropping = removed <= Math.max(mostDropped, wanted);
  const find = (count: number, by: TopOrder, rowIds?: Uint32Array) =>
    scan(table, prepared, count, { order: by, rowIds, run, share, signal });
  const margin = filter === undefined ? 1 : filterMargin;
  if (filter === undefined && removed === 0) return find(wanted, order);
  if (filter === undefined && !dropping) return find(wanted, order, contents.liveRows());
  const first = dropping
    ? await find(wanted * margin + removed, "score")
    : await find(wanted * margin, "score", contents.liveRows());
  if (filter === undefined) {
    return first.map((ranked) => chosen(ranked, wanted, order, (row) => contents.isLive(row)));
  }

  const passes = remembered(contents, filter);
  const passing = first.map((ranked) =>
    chosen(ranked, wanted, order, (row) => contents.isLive(row) && passes(row)),
  );
  const complete = passing.every(({ rows }, query) => {
    const live = first[query]?.rows.length as number;
    return rows.length === wanted || live >= contents.count + (dropping ? removed : 0);
  });
  if (complete) return passing;
  return find(wanted, order, contents.liveRows().filter(passes));
}

/** The first `count` rows that pass, best first or ascending. */
function chosen(
  { rows, scores }: RankedRows,
  count: number,
  order: TopOrder,
  passes: (row: number) => boolean,
): RankedRows {
  const kept: number[] = [];
  for (let index = 0; index < rows.length && kept.length < count; index++) {
    if (passes(rows[index] as number)) kept.push(index);
  }
  if (order === "row") kept.sort((a, b) => (rows[a] as number) - (rows[b] as number));
  return {
    rows: Uint32Array.from(kept, (index) => rows[index] as number),
    scores: Float32Array.from(kept, (index) => scores[index] as number),
  };
}

/** Asks the filter once for each row, however many queries find it. */
export function remembered(
  contents: Contents,
  filter: (item: StoredItem) => boolean,
): (row: number) => boolean {
  const answers = new Map<number, boolean>();
  return (row) => {
    let answer = answers.get(row);
    if (answer === undefined) answers.set(row, (answer = filter(contents.item(row))));
    return answer;
  };
}
