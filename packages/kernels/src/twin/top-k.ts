import type { MemoryViews } from "../memory-views.js";
import { rowAt } from "./table-row.js";

type Scores = Float32Array | Int32Array;

/** Twin of collectTopFloat32 and collectTopInt32 of assembly/top-k.ts: `values` is the memory seen as the one or other. */
export function collectTop(
  views: MemoryViews,
  values: Scores,
  scores: number,
  rowIds: number,
  firstRow: number,
  count: number,
  heapScores: number,
  heapRows: number,
  capacity: number,
  size: number,
): number {
  const heap = new Heap(values, views.uint32, heapScores / 4, heapRows / 4);
  for (let index = 0; index < count; index++) {
    const score = values[scores / 4 + index] as number;
    // Also false for NaN, which is never taken.
    const isCandidate = size < capacity ? score === score : score >= heap.scoreAt(0);
    if (!isCandidate) continue;
    const row = rowAt(views, rowIds, firstRow, index);
    if (size < capacity) heap.rise(score, row, size++);
    else if (heap.isWorse(0, score, row)) heap.sink(score, row, size);
  }
  return size;
}

/** Twin of sortTopFloat32 and sortTopInt32. */
export function sortTop(
  views: MemoryViews,
  values: Scores,
  heapScores: number,
  heapRows: number,
  size: number,
): void {
  const heap = new Heap(values, views.uint32, heapScores / 4, heapRows / 4);
  for (let last = size - 1; last > 0; last--) {
    const worstScore = heap.scoreAt(0);
    const worstRow = heap.rowAt(0);
    heap.sink(heap.scoreAt(last), heap.rowAt(last), last);
    heap.put(last, worstScore, worstRow);
  }
}

/** A binary heap with the worst entry at its root: lower score, or the later row among equals. */
class Heap {
  constructor(
    private readonly values: Scores,
    private readonly uint32: Uint32Array,
    private readonly scores: number,
    private readonly rows: number,
  ) {}

  scoreAt(position: number): number {
    return this.values[this.scores + position] as number;
  }

  rowAt(position: number): number {
    return this.uint32[this.rows + position] as number;
  }

  put(position: number, score: number, row: number): void {
    this.values[this.scores + position] = score;
    this.uint32[this.rows + position] = row;
  }

  /** Is the entry at a position worse than this one? */
  isWorse(position: number, score: number, row: number): boolean {
    const own = this.scoreAt(position);
    return own < score || (own === score && this.rowAt(position) > row);
  }

  private isBetter(position: number, score: number, row: number): boolean {
    const own = this.scoreAt(position);
    return own > score || (own === score && this.rowAt(position) < row);
  }

  /** Adds an entry to a heap of `size`. */
  rise(score: number, row: number, size: number): void {
    let position = size;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.isBetter(parent, score, row)) break;
      this.put(position, this.scoreAt(parent), this.rowAt(parent));
      position = parent;
    }
    this.put(position, score, row);
  }

  /** Puts an entry in the place of the root of a heap of `size`. */
  sink(score: number, row: number, size: number): void {
    let position = 0;
    for (let child = 1; child < size; child = 2 * position + 1) {
      if (child + 1 < size && this.isWorse(child + 1, this.scoreAt(child), this.rowAt(child))) child++;
      if (!this.isWorse(child, score, row)) break;
      this.put(position, this.scoreAt(child), this.rowAt(child));
      position = child;
    }
    this.put(position, score, row);
  }
}
