import type { KernelContext } from "./kernel-context.js";
import type { CollectRowsFunction, VectorFunctions } from "./kernel-functions.js";
import { invalidArgument } from "./kernels-error.js";

/** The best rows, and of equal ones the earlier; in the order that was asked for. */
export interface TopRows<Scores extends Float32Array | Int32Array = Float32Array> {
  rows: Uint32Array;
  scores: Scores;
}

/** Best first, which is the default, or in the order of the rows, or of `rowIds`, which takes less time. */
export type TopOrder = "score" | "row";

/** Scores that lie in the scratch, and where. */
export interface ScoredPortion {
  /** Address of the scores. */
  scores: number;
  /** Address of the row of each score, or 0 where they are rows `start` and on. */
  rowIds: number;
  start: number;
  length: number;
  /** Address of the scratch that was asked for: the same for all portions. */
  extra: number;
}

/** Consecutive rows to score and collect in one, or some of them. */
export interface RowPortion {
  address: number;
  stride: number;
  /** Address of the query. */
  query: number;
  start: number;
  length: number;
  /** Rows from one block of 16 that is looked at to the next. Default: 16, all of them. */
  step?: number;
  /** As of a ScoredPortion. */
  extra: number;
}

/** Keeps the best of what it is offered, in a list in the scratch. */
export class TopCollector {
  /** Scratch that the list needs: the least score that may enter it, a score and a row each, and room for sorting. */
  readonly bytes: number;
  private readonly k: number;
  /** The more room there is, the more seldom the best must be chosen. */
  private readonly capacity: number;
  private size = 0;
  private address: number | undefined;

  /** @param count of scores that will be offered */
  constructor(
    private readonly context: KernelContext<VectorFunctions>,
    readonly kind: "float32" | "int32",
    k: number,
    count: number,
  ) {
    this.k = Math.min(k, count);
    this.capacity = Math.min(8 * this.k, this.k + 8192) + 64;
    this.bytes = 4 + 2 * this.capacity * 8 + 1024;
  }

  /** @param least the least score that is worth taking, where that is known */
  start(extra: number, least = this.kind === "float32" ? -Infinity : -(2 ** 31)): void {
    this.address = extra;
    this.size = 0;
    this.context.memory.views[this.kind][extra / 4] = least;
  }

  collect({ scores, rowIds, start, length, extra }: ScoredPortion): void {
    const { functions } = this.context;
    const collect = this.kind === "float32" ? functions.collectTopFloat32 : functions.collectTopInt32;
    if (this.address === undefined) this.start(extra);
    const { k, capacity, size } = this;
    this.size = collect(scores, rowIds, start, length, extra + 4, extra, k, capacity, size);
  }

  /** @param collect a kernel for scores of this kind */
  collectRows(collect: CollectRowsFunction, portion: RowPortion): void {
    const { address, stride, query, start, length, step = 16, extra } = portion;
    if (this.address === undefined) this.start(extra);
    const { k, capacity, size } = this;
    this.size = collect(address, stride, query, start, step, length, extra + 4, extra, k, capacity, size);
  }

  finish(order: TopOrder): TopRows<Float32Array | Int32Array> {
    const { functions, memory } = this.context;
    const isFloat = this.kind === "float32";
    const keep = isFloat ? functions.keepTopFloat32 : functions.keepTopInt32;
    const sort = isFloat ? functions.sortTopFloat32 : functions.sortTopInt32;
    const list = (this.address ?? 0) + 4;
    const count = Math.min(this.k, this.size);
    if (count < this.size) keep(list, this.capacity, this.size, count);
    if (order === "score") sort(list, this.capacity, count);
    const { views } = memory;
    const rows = list / 4 + this.capacity;
    return {
      rows: views.uint32.slice(rows, rows + count),
      scores: views[this.kind].slice(list / 4, list / 4 + count),
    };
  }
}

const scoresAtATime = 65_536;

/** The `k` greatest of scores that come from elsewhere. */
export function topOf<Scores extends Float32Array | Int32Array>(
  context: KernelContext<VectorFunctions>,
  scores: Scores,
  k: number,
  order: TopOrder,
): TopRows<Scores> {
  requireTopK(k);
  const kind = scores instanceof Float32Array ? "float32" : "int32";
  const top = new TopCollector(context, kind, k, scores.length);
  const [extra, address] = context.scratch.take(top.bytes, Math.min(scores.length, scoresAtATime) * 4);
  for (let start = 0; start < scores.length; start += scoresAtATime) {
    const portion = scores.subarray(start, start + scoresAtATime);
    context.memory.views[kind].set(portion, address / 4);
    top.collect({ scores: address, rowIds: 0, start, length: portion.length, extra });
  }
  return top.finish(order) as TopRows<Scores>;
}

export function requireTopK(k: number): void {
  if (Number.isInteger(k) && k >= 1) return;
  throw invalidArgument(`k is ${k}`, "use a whole number of at least 1");
}
