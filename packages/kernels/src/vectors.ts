import type {
  CollectRowsFunction,
  ScoreFourFunction,
  ScoreFunction,
  VectorFunctions,
} from "./kernel-functions.js";
import type { KernelContext } from "./kernel-context.js";
import { invalidArgument } from "./kernels-error.js";
import { readRows, writeRows, type PlacedRows, type RowKind, type RowValues } from "./rows.js";
import { requireSharedMemory, type SharedTable } from "./shared-table.js";
import { requireTopK, TopCollector, type TopOrder, type TopRows } from "./top-rows.js";

/** A query in the form its kernel wants: as many elements as a row has, without the padding. */
export interface PreparedQuery {
  values: Float32Array | Int16Array | Uint8Array;
  /** Are the scores of the kernel float32 or int32? */
  scores: "float32" | "int32";
  /** Another kernel than the one that finds the nearest. */
  score?: ScoreFunction;
  /** What `values` takes with its padding, where that is not the elements of a row. */
  bytes?: number;
}

/** Where in the scratch a search of some queries has what. */
interface SearchPlaces {
  queryOf: (query: number) => number;
  /** The list of a query. */
  extraOf: (query: number) => number;
  /** Of four queries. */
  scores: number;
  ids: number;
  /** Rows for whose scores and ids there is room. */
  rows: number;
}

/** Rows whose scores lie in the scratch at a time: few enough for the first cache. */
const rowsAtATime = 4096;
/** Bytes of rows that all queries look at before the next rows: few enough for the second cache. */
const bytesAtATime = 262_144;
/** Queries of a pass over all rows: what bounds the scratch. */
const queriesAtATime = 64;

/** What vectors of every kind share: writing, sharing, and the walk over all rows or chosen ones. */
export abstract class Vectors<Kind extends RowKind> {
  abstract readonly kind: Kind;
  readonly rows: number;
  protected abstract readonly score: ScoreFunction;
  /** The same for four queries at a time, where that is faster. */
  protected readonly scoreFour: ScoreFourFunction | undefined;
  /** The nearest of consecutive rows without scores that are stored, where there is such a kernel. */
  protected readonly collectRows: CollectRowsFunction | undefined;

  /** @internal */
  constructor(
    protected readonly context: KernelContext<VectorFunctions>,
    protected readonly place: PlacedRows,
  ) {
    this.rows = place.rows;
  }

  /** Copies whole vectors in, from row `firstRow` on. */
  write(firstRow: number, values: RowValues[Kind]): this {
    writeRows<RowKind>(this.context.memory, this.kind, this.place, firstRow, values);
    return this;
  }

  /** A copy of whole rows, from row `firstRow` on, without padding. */
  read(firstRow: number, count: number): RowValues[Kind] {
    return readRows(this.context.memory, this.kind, this.place, firstRow, count) as RowValues[Kind];
  }

  /** What another thread needs to open these vectors with `openTable`. */
  share(): SharedTable & { kind: Kind } {
    return { kind: this.kind, memory: requireSharedMemory(this.context.memory), place: this.place };
  }

  protected requireLength(query: { length: number }): void {
    if (query.length === this.place.dimensions) return;
    throw invalidArgument(
      `the query has ${query.length} elements, the vectors ${this.place.dimensions}`,
      "embed and quantize both alike",
    );
  }

  protected scoreAll(query: PreparedQuery, rowIds: Uint32Array | undefined): Float32Array | Int32Array {
    const count = rowIds?.length ?? this.rows;
    const all = query.scores === "float32" ? new Float32Array(count) : new Int32Array(count);
    this.forEachPortion(query, rowIds, (scores, start, length) => {
      all.set(this.context.memory.views[query.scores].subarray(scores / 4, scores / 4 + length), start);
    });
    return all;
  }

  protected topOfAll(
    query: PreparedQuery,
    k: number,
    rowIds: Uint32Array | undefined,
    order?: TopOrder,
  ): TopRows<Float32Array | Int32Array> {
    return this.topOfEach([query], k, rowIds, order)[0] as TopRows<Float32Array | Int32Array>;
  }

  /** The best of each query; all look at a portion of the rows before any looks at the next. */
  protected topOfEach(
    queries: readonly PreparedQuery[],
    k: number,
    rowIds: Uint32Array | undefined,
    order: TopOrder = "score",
  ): TopRows<Float32Array | Int32Array>[] {
    requireTopK(k);
    if (rowIds !== undefined) requireRowIds(rowIds, this.rows);
    const tops: TopRows<Float32Array | Int32Array>[] = [];
    for (let start = 0; start < queries.length; start += queriesAtATime) {
      const few = queries.slice(start, start + queriesAtATime);
      const found = this.topOfFew(few, k, rowIds, order, true) ?? this.topOfFew(few, k, rowIds, order, false);
      tops.push(...(found ?? []));
    }
    return tops;
  }

  /** @param isGuessing whether to guess low scores by a sample; undefined where the guess was too high */
  private topOfFew(
    queries: readonly PreparedQuery[],
    k: number,
    rowIds: Uint32Array | undefined,
    order: TopOrder,
    isGuessing: boolean,
  ): TopRows<Float32Array | Int32Array>[] | undefined {
    const { address, stride } = this.place;
    const bytesPerElement = this.kind === "float32" ? 4 : 1;
    const count = rowIds?.length ?? this.rows;
    const tops = queries.map(({ scores }) => new TopCollector(this.context, scores, k, count));
    const bytesPerQuery = queries[0] === undefined ? 0 : this.bytesOf(queries[0]);
    const bytesPerTop = tops[0]?.bytes ?? 0;
    // Blocks of bits are 16 rows.
    const inCache = 16 * Math.ceil(bytesAtATime / (16 * stride * bytesPerElement));
    const rows = queries.length === 1 ? rowsAtATime : Math.min(rowsAtATime, inCache);
    const [first, scores, ids, heaps] = this.context.scratch.take(
      ...([queries.length * bytesPerQuery, 4 * rows * 4, rows * 4, queries.length * bytesPerTop] as const),
    );
    queries.forEach((query, index) => this.placeQuery(query, first + index * bytesPerQuery, bytesPerQuery));
    const queryOf = (index: number) => first + index * bytesPerQuery;
    const extraOf = (index: number) => heaps + index * bytesPerTop;
    const places = { queryOf, extraOf, scores, ids, rows };
    const collectRows = rowIds === undefined ? this.collectRows : undefined;
    const sampled = Math.min(rows, 16 * Math.floor(count / 512));
    const rank = isGuessing ? rankInSample(k, count, sampled) : undefined;
    if (rank !== undefined) {
      const step = stepOfSample(count, sampled);
      if (collectRows === undefined) {
        this.context.memory.views.uint32.set(sampledRows(sampled, step, rowIds), ids / 4);
      }
      tops.forEach((top, index) => {
        const [query, extra] = [queryOf(index), extraOf(index)];
        const sample = new TopCollector(this.context, top.kind, rank, sampled);
        if (collectRows === undefined) {
          this.score(address, stride, query, ids, 0, sampled, scores);
          sample.collect({ scores, rowIds: ids, start: 0, length: sampled, extra });
        } else {
          const portion = { address, stride, query, start: 0, length: sampled, step, extra };
          sample.collectRows(collectRows, portion);
        }
        top.start(extra, sample.finish("score").scores.at(-1));
      });
    }
    if (collectRows === undefined) this.collectScores(tops, places, rowIds);
    else {
      const atATime = queries.length === 1 ? count : inCache;
      for (let start = 0; start < count; start += atATime) {
        const length = Math.min(atATime, count - start);
        tops.forEach((top, index) => {
          const [query, extra] = [queryOf(index), extraOf(index)];
          top.collectRows(collectRows, { address, stride, query, start, length, extra });
        });
      }
    }
    const found = tops.map((top) => top.finish(order));
    const isComplete = rank === undefined || found.every((top) => top.rows.length === k);
    return isComplete ? found : undefined;
  }

  /** Scores portions of the rows, and offers the scores of each query to its list. */
  private collectScores(
    tops: readonly TopCollector[],
    { queryOf, extraOf, scores, ids, rows }: SearchPlaces,
    rowIds: Uint32Array | undefined,
  ): void {
    const { address, stride } = this.place;
    const count = rowIds?.length ?? this.rows;
    const chosen = rowIds === undefined ? 0 : ids;
    const { views } = this.context.memory;
    for (let start = 0; start < count; start += rows) {
      const length = Math.min(rows, count - start);
      if (rowIds !== undefined) views.uint32.set(rowIds.subarray(start, start + length), ids / 4);
      for (let index = 0; index < tops.length;) {
        const query = queryOf(index);
        const isFour = this.scoreFour !== undefined && index + 4 <= tops.length;
        if (isFour) this.scoreFour?.(address, stride, query, chosen, start, length, scores, rows * 4);
        else this.score(address, stride, query, chosen, start, length, scores);
        for (const end = index + (isFour ? 4 : 1), from = index; index < end; index++) {
          tops[index]?.collect({
            scores: scores + (index - from) * rows * 4,
            rowIds: chosen,
            start,
            length,
            extra: extraOf(index),
          });
        }
      }
    }
  }

  /** Queries from a matrix of them. */
  protected rowsOf<Queries extends Float32Array | Int8Array | Uint8Array>(
    queries: Queries,
    dimensions = this.place.dimensions,
  ): Queries[] {
    if (queries.length % dimensions !== 0) {
      throw invalidArgument(`${queries.length} values are no queries of ${dimensions}`, "pass whole queries");
    }
    return Array.from(
      { length: queries.length / dimensions },
      (_, row) => queries.subarray(row * dimensions, (row + 1) * dimensions) as Queries,
    );
  }

  private bytesOf({ values, bytes }: PreparedQuery): number {
    return bytes ?? this.place.stride * values.BYTES_PER_ELEMENT;
  }

  private placeQuery({ values }: PreparedQuery, address: number, bytes: number): void {
    const { uint8 } = this.context.memory.views;
    uint8.fill(0, address, address + bytes);
    uint8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
  }

  private forEachPortion(
    prepared: PreparedQuery,
    rowIds: Uint32Array | undefined,
    take: (scores: number, start: number, length: number) => void,
  ): void {
    const { address, stride, rows } = this.place;
    if (rowIds !== undefined) requireRowIds(rowIds, rows);
    const { memory, scratch } = this.context;
    const { score = this.score } = prepared;
    const queryBytes = this.bytesOf(prepared);
    const [query, scores, ids] = scratch.take(queryBytes, rowsAtATime * 4, rowsAtATime * 4);
    const { views } = memory;
    this.placeQuery(prepared, query, queryBytes);
    const chosen = rowIds === undefined ? 0 : ids;
    const count = rowIds?.length ?? rows;
    for (let start = 0; start < count; start += rowsAtATime) {
      const length = Math.min(rowsAtATime, count - start);
      if (rowIds !== undefined) views.uint32.set(rowIds.subarray(start, start + length), ids / 4);
      score(address, stride, query, chosen, start, length, scores);
      take(scores, start, length);
    }
  }
}

/** Lists shorter than this are quickly filled. */
const shortestGuessed = 64;

/**
 * The rank in a sample of so many rows at which the score is most likely below that of the `k`-th best of all: four
 * standard deviations behind the expected one, and a few more. Undefined where a guess saves little.
 */
function rankInSample(k: number, count: number, sample: number): number | undefined {
  const expected = (k * sample) / count;
  const rank = Math.ceil(expected + 4 * Math.sqrt(expected) + 4);
  return k >= shortestGuessed && sample > 0 && rank <= k / 2 ? rank : undefined;
}

/** Rows from one run of 16 to the next, so that those of a sample are evenly spread. */
function stepOfSample(count: number, sample: number): number {
  return 16 * Math.floor(Math.floor(count / 16) / (sample / 16));
}

function sampledRows(sample: number, step: number, rowIds: Uint32Array | undefined): Uint32Array {
  const rows = new Uint32Array(sample);
  for (let index = 0, start = 0; index < sample; index += 16, start += step) {
    for (let place = 0; place < 16; place++) rows[index + place] = rowIds?.[start + place] ?? start + place;
  }
  return rows;
}

function requireRowIds(rowIds: Uint32Array, rows: number): void {
  for (let index = 0; index < rowIds.length; index++) {
    const row = rowIds[index] as number;
    if (row < rows) continue;
    throw invalidArgument(`rowIds[${index}] is ${row}, but there are ${rows} rows`, "name rows there are");
  }
}
