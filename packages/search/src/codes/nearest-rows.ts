import type { Float32Vectors, Kernels, SharedTable } from "@kokeshi/kernels";
import { openVectors } from "./code-table.js";
import type { StageQueries } from "./stage-queries.js";

/** Rows, best first, the earlier one first among equals; `scores` as the kernels give them, higher is nearer. */
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
}

/** The nearest rows of each query. */
export function nearestRows(
  kernels: Kernels,
  { table, firstRow, rowIds, queries, count }: ScanTask,
): RankedRows[] {
  const vectors = openVectors(kernels, table);
  // Vectors of all kinds take queries of float32; TypeScript does not see through overloads of a union.
  const found = (vectors as Float32Vectors).nearestBatch(queries.values, count, rowIds);
  return found.map(({ rows, scores }) => ({ rows: shifted(rows, firstRow), scores }));
}

function shifted(rows: Uint32Array, by: number): Uint32Array {
  if (by > 0) for (let index = 0; index < rows.length; index++) rows[index] = (rows[index] as number) + by;
  return rows;
}

/** The best `count` of two rankings of different rows. */
export function mergeRankings(a: RankedRows, b: RankedRows, count: number): RankedRows {
  if (a.rows.length === 0) return b;
  if (b.rows.length === 0) return a;
  const length = Math.min(count, a.rows.length + b.rows.length);
  const rows = new Uint32Array(length);
  const scores = new Float32Array(length);
  let left = 0;
  let right = 0;
  for (let index = 0; index < length; index++) {
    const takeLeft = right === b.rows.length || (left < a.rows.length && isBetter(a, left, b, right));
    const [from, position] = takeLeft ? [a, left++] : [b, right++];
    rows[index] = from.rows[position] as number;
    scores[index] = from.scores[position] as number;
  }
  return { rows, scores };
}

function isBetter(a: RankedRows, left: number, b: RankedRows, right: number): boolean {
  const difference = (a.scores[left] as number) - (b.scores[right] as number);
  return difference > 0 || (difference === 0 && (a.rows[left] as number) < (b.rows[right] as number));
}
