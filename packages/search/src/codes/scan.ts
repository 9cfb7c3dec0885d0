import { eventLoopTurns } from "@kokeshi/core";
import type { TopOrder } from "@kokeshi/kernels";
import { type CodeBlock, type CodeTable, rowsOfBlock, rowsTogether } from "./code-table.js";
import { bestOfPieces, nearestRows, type RankedRows, type ScanTask } from "./nearest-rows.js";
import { chosenQueries, type StageQueries } from "./stage-queries.js";

/** Does tasks of a scan, in any order, and hands over what each found. */
export type TaskRunner = (
  tasks: readonly ScanTask[],
  onDone: (task: number, found: RankedRows[]) => void,
  signal?: AbortSignal,
) => Promise<void>;

/** Queries that share a pass over the codes. */
const queriesAtATime = 16;
/** Bytes of codes times queries of a task: some ten milliseconds of work. */
const bytesAtATime = 256 << 20;
/** Rows of a task for each row to find: with fewer, filling the lists of the best would be most of the work. */
const rowsPerFound = 500;
const fewestRows = 4096;
/** Bytes of codes times queries with less of which other threads are not troubled. */
const leastSharedBytes = 16 << 20;

/**
 * The `count` nearest rows of each query, of all rows or of `rowIds` (ascending). Exact: looks at every row.
 *
 * @param share parts the work falls into at least, where it is enough
 */
export async function scan(
  table: CodeTable,
  queries: StageQueries,
  count: number,
  options: { order: TopOrder; rowIds?: Uint32Array; run: TaskRunner; share: number; signal?: AbortSignal },
): Promise<RankedRows[]> {
  const { order, rowIds, run, share, signal } = options;
  const tasks: ScanTask[] = [];
  const firstQueries: number[] = [];
  const available = rowIds?.length ?? table.rows;
  for (let start = 0; start < queries.count && available > 0; start += queriesAtATime) {
    const chosen = chosenQueries(queries, start, Math.min(queries.count, start + queriesAtATime));
    const rows = rowsAtATime(table, chosen.count, count, share);
    for (const piece of pieces(table, rowIds, rows)) {
      tasks.push({ ...piece, queries: chosen, count, order });
      firstQueries.push(start);
    }
  }
  const found: RankedRows[][] = [];
  await run(tasks, (task, ofTask) => (found[task] = ofTask), signal);
  const best = Array.from({ length: queries.count }, (): RankedRows[] => []);
  found.forEach((ofTask, task) => {
    ofTask.forEach((ranked, index) => best[(firstQueries[task] as number) + index]?.push(ranked));
  });
  return best.map((ofQuery) => bestOfPieces(table.kernels, ofQuery, count, order));
}

function rowsAtATime({ format, rows }: CodeTable, queries: number, count: number, share: number): number {
  const byTime = Math.floor(bytesAtATime / (format.width * queries));
  const isWorthSharing = format.width * rows * queries >= leastSharedBytes;
  const byShare = isWorthSharing ? Math.ceil(rows / share) : rows;
  const atLeast = Math.max(fewestRows, Math.min(Math.max(byTime, rowsPerFound * count), byShare));
  return Math.ceil(atLeast / rowsTogether) * rowsTogether;
}

type Piece = Pick<ScanTask, "table" | "firstRow" | "rowIds">;

function* pieces(
  { blocks }: CodeTable,
  rowIds: Uint32Array | undefined,
  rows: number,
): Generator<Piece, void, undefined> {
  for (const block of blocks) {
    if (rowIds !== undefined) {
      yield* chosenPieces(block, rowIds, rows);
      continue;
    }
    for (let start = 0; start < block.rows; start += rows) {
      const table = rowsOfBlock(block, start, Math.min(rows, block.rows - start));
      yield { table, firstRow: block.firstRow + start };
    }
  }
}

function* chosenPieces(
  { firstRow, rows: rowsOfThis, shared }: CodeBlock,
  rowIds: Uint32Array,
  rows: number,
): Generator<Piece, void, undefined> {
  const end = positionOf(rowIds, firstRow + rowsOfThis);
  for (let start = positionOf(rowIds, firstRow); start < end; start += rows) {
    const inBlock = rowIds.subarray(start, Math.min(end, start + rows)).map((row) => row - firstRow);
    yield { table: shared, firstRow, rowIds: inBlock };
  }
}

/** How many of the ascending numbers are below `value`. */
function positionOf(numbers: Uint32Array, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Does the tasks on this thread, one after the other. */
export function onThisThread(table: CodeTable): TaskRunner {
  return async (tasks, onDone, signal) => {
    const takeTurn = eventLoopTurns();
    for (const [index, task] of tasks.entries()) {
      signal?.throwIfAborted();
      onDone(index, nearestRows(table.kernels, task));
      await takeTurn();
    }
  };
}
