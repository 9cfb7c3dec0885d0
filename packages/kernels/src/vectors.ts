import type { ScoreFunction } from "./kernel-functions.js";
import type { KernelContext } from "./kernels.js";
import { invalidArgument } from "./kernels-error.js";
import { writeRows, type PlacedRows, type RowKind, type RowValues } from "./rows.js";
import { requireSharedMemory, type SharedTable } from "./shared-table.js";
import { requireTopK, TopCollector, type ScoredPortion, type TopRows } from "./top-rows.js";

/** A query in the form its kernel wants: as many elements as a row has, without the padding. */
export interface PreparedQuery {
  values: Float32Array | Int16Array | Uint8Array;
  /** Are the scores of the kernel float32 or int32? */
  scores: "float32" | "int32";
}

/** Rows whose scores lie in the scratch at a time: few enough for the first cache. */
const rowsAtATime = 4096;

/** What vectors of every kind share: writing, sharing, and the walk over all rows or chosen ones. */
export abstract class Vectors<Kind extends RowKind> {
  abstract readonly kind: Kind;
  readonly rows: number;
  protected abstract readonly score: ScoreFunction;

  /** @internal */
  constructor(
    protected readonly context: KernelContext,
    protected readonly place: PlacedRows,
  ) {
    this.rows = place.rows;
  }

  /** Copies whole vectors in, from row `firstRow` on. */
  write(firstRow: number, values: RowValues[Kind]): this {
    writeRows<RowKind>(this.context.memory, this.kind, this.place, firstRow, values);
    return this;
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
    this.forEachPortion(query, rowIds, 0, ({ scores, start, length }) => {
      all.set(this.context.memory.views[query.scores].subarray(scores / 4, scores / 4 + length), start);
    });
    return all;
  }

  protected topOfAll(
    query: PreparedQuery,
    k: number,
    rowIds: Uint32Array | undefined,
  ): TopRows<Float32Array | Int32Array> {
    requireTopK(k);
    const capacity = Math.min(k, rowIds?.length ?? this.rows);
    const top = new TopCollector(this.context, query.scores, capacity);
    this.forEachPortion(query, rowIds, top.bytes, (portion) => top.collect(portion));
    return top.finish();
  }

  /** @param extraBytes of scratch for `take` to keep something in */
  private forEachPortion(
    { values }: PreparedQuery,
    rowIds: Uint32Array | undefined,
    extraBytes: number,
    take: (portion: ScoredPortion) => void,
  ): void {
    const { address, stride, rows } = this.place;
    if (rowIds !== undefined) requireRowIds(rowIds, rows);
    const { memory, scratch } = this.context;
    const queryBytes = stride * values.BYTES_PER_ELEMENT;
    const [query, scores, ids, extra] = scratch.take(
      queryBytes,
      rowsAtATime * 4,
      rowsAtATime * 4,
      extraBytes,
    );
    const { views } = memory;
    views.uint8.fill(0, query, query + queryBytes);
    views.uint8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), query);
    const chosen = rowIds === undefined ? 0 : ids;
    const count = rowIds?.length ?? rows;
    for (let start = 0; start < count; start += rowsAtATime) {
      const length = Math.min(rowsAtATime, count - start);
      if (rowIds !== undefined) views.uint32.set(rowIds.subarray(start, start + length), ids / 4);
      this.score(address, stride, query, chosen, start, length, scores);
      take({ scores, rowIds: chosen, start, length, extra });
    }
  }
}

function requireRowIds(rowIds: Uint32Array, rows: number): void {
  const outside = rowIds.findIndex((row) => row >= rows);
  if (outside < 0) return;
  throw invalidArgument(
    `rowIds[${outside}] is ${rowIds[outside]}, but there are ${rows} rows`,
    "name rows there are",
  );
}
