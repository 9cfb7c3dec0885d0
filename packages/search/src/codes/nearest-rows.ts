import type { Float32Vectors, Kernels, SharedTable, TopOrder } from "@kokeshi/kernels";
import { openVectors } from "./code-table.js";
import type { StageQueries } from "./stage-queries.js";

/** Rows, best first or ascending, the earlier among equals; `scores` as the kernels give them, higher is nearer. */
export interface RankedRows {
  rows: Uint32Array;
  scores: Float32Array;
}

/** One piece of a scan. Plain data: another thread can do it. */
export interface ScanTask {
  readonly table: SharedTable;
  /** Row of the index that row 0 of the table is. */
  readonly firstRow: number;
  /** Rows of the table to look at. Default: all. */
  readonly rowIds?: Uint32Array;
  readonly queries: StageQueries;
  /** How many of the nearest rows to find. */
  readonly count: number;
  readonly order: TopOrder;
}

/** The nearest rows of each query. */
export function nearestRows(
  kernels: Kernels,
  { table, firstRow, rowIds, queries, count, order }: ScanTask,
): RankedRows[] {
  const vectors = openVectors(kernels, table);
  // Vectors of all kinds take queries of float32; TypeScript does not see through overloads of a union.
  const found = (vectors as Float32Vectors).nearestBatch(queries.values, count, rowIds, order);
  return found.map(({ rows, scores }) => ({ rows: shift(rows, firstRow), scores }));
}

/** Adds to each row, in place. */
export function shift(rows: Uint32Array, by: number): Uint32Array {
  if (by !== 0) for (let index = 0; index < rows.length; index++) rows[index] = (rows[index] as number) + by;
  return rows;
}

/** The best `count` of rows that were found in pieces, which follow one another. */
export function bestOfPieces(
  kernels: Kernels,
  pieces: readonly RankedRows[],
  count: number,
  order: TopOrder,
): RankedRows {
  const [first, ...others] = pieces;
  if (first !== undefined && others.length === 0) return first;
  const length = pieces.reduce((sum, { rows }) => sum + rows.length, 0);
  const rows = new Uint32Array(length);
  const scores = new Float32Array(length);
  let end = 0;
  for (const piece of pieces) {
    rows.set(piece.rows, end);
    scores.set(piece.scores, end);
    end += piece.rows.length;
  }
  const best = kernels.selectTop(scores, count, order);
  return { rows: best.rows.map((index) => rows[index] as number), scores: best.scores };
}
