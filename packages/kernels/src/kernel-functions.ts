/**
 * What both engines offer: the functions of `assembly/`, where each is documented. Arguments are addresses in the
 * engine's memory, or counts; nothing is checked. `rowOf`, `factors`, `weights` and `rowIds` may be 0 for "none".
 */
export interface TokenFunctions {
  gatherMeansFloat32(
    table: number,
    stride: number,
    rowOf: number,
    factors: number,
    ids: number,
    weights: number,
    starts: number,
    rows: number,
    normalize: boolean,
    means: number,
  ): void;
  arrangeInt8(address: number, bytes: number): void;
  gatherMeansInt8(
    table: number,
    stride: number,
    rowOf: number,
    multipliers: number,
    terms: number,
    unit: number,
    ids: number,
    weights: number,
    starts: number,
    rows: number,
    normalize: boolean,
    pairs: number,
    means: number,
  ): void;
  largestId(ids: number, count: number): number;
  normalizeRows(data: number, stride: number, rows: number): void;
}

/** As TokenFunctions, over vectors. */
export interface VectorFunctions {
  dotFloat32: ScoreFunction;
  dotFloat32Four: ScoreFourFunction;
  dotInt8: ScoreFunction;
  dotInt8Four: ScoreFourFunction;
  lookUpBits: ScoreFunction;
  dotBits: ScoreFunction;
  collectTopBits: CollectRowsFunction;
  collectTopFloat32: CollectFunction;
  collectTopInt32: CollectFunction;
  keepTopFloat32: KeepFunction;
  keepTopInt32: KeepFunction;
  sortTopFloat32: SortFunction;
  sortTopInt32: SortFunction;
}

/** Scores `count` rows of a table against one query. */
export type ScoreFunction = (
  table: number,
  stride: number,
  query: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
) => void;

/** Scores `count` rows against four queries, one behind the other. */
export type ScoreFourFunction = (
  table: number,
  stride: number,
  queries: number,
  rowIds: number,
  firstRow: number,
  count: number,
  scores: number,
  bytesOfScores: number,
) => void;

/** Offers `count` scores to a list of the best; returns its new size. */
export type CollectFunction = (
  scores: number,
  rowIds: number,
  firstRow: number,
  count: number,
  list: number,
  least: number,
  k: number,
  capacity: number,
  size: number,
) => number;

/** Scores `count` rows, 16 from every `step`-th on, and offers them to such a list. */
export type CollectRowsFunction = (
  table: number,
  stride: number,
  query: number,
  firstRow: number,
  step: number,
  count: number,
  list: number,
  least: number,
  k: number,
  capacity: number,
  size: number,
) => number;

/** Leaves the `k` best of such a list of more than `k`, in their order. */
export type KeepFunction = (list: number, capacity: number, size: number, k: number) => void;

/** Sorts such a list, best first. */
export type SortFunction = (list: number, capacity: number, size: number) => void;
