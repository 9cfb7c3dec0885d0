import type { KernelContext } from "./kernel-context.js";
import type { TokenFunctions } from "./kernel-functions.js";
import { invalidArgument } from "./kernels-error.js";
import { fixedPoint } from "./fixed-point.js";
import { placeRows, writeRows, type PlacedRows } from "./rows.js";
import { requireSharedMemory, type SharedTokenTable } from "./shared-table.js";

/** One vector a token: that of token t is `factors[t] * values[rowOf[t]]`. */
export interface TokenTableParts {
  /** Row-major, `dimensions` values a row. */
  values: Float32Array | Int8Array;
  dimensions: number;
  /** Row of each token, where tokens share rows. Default: the token's own id. */
  rowOf?: Uint32Array;
  /** Factor of each token, the scale of its row included. Default: 1. */
  factors?: Float32Array | Float64Array;
}

/** Texts as token ids: row i is `ids[starts[i]]` to `ids[starts[i + 1] - 1]`; `starts` has one entry more than rows. */
export interface RaggedIds {
  ids: Uint32Array;
  starts: Uint32Array;
  /** Weight of each id in the mean of its text: positive and finite. Default: 1. */
  weights?: Float32Array;
}

export interface GatherOptions {
  /** Scale every mean to Euclidean length 1; zeros stay. */
  normalize?: boolean;
  /** Receives the means, and is returned; of exactly rows x dimensions values. */
  out?: Float32Array;
}

/** Where a table of token embeddings lies. Plain data: another thread can use it. */
export interface PlacedTokenTable extends PlacedRows {
  readonly values: "float32" | "int8";
  readonly tokens: number;
  /** Address of the row of each token, or 0. */
  readonly rowOf: number;
  /** Address of the factor of each token: float32 (or 0 for none), for int8 values two int16 halves. */
  readonly factors: number;
  /** What 1 stands for in the factors of int8 values. */
  readonly unit: number;
  /** Are the low halves of the factors of int8 values all 0 (1), or not (2)? */
  readonly terms: 1 | 2;
}

/** @internal */
export function placeTokenTable(
  { memory, functions }: Pick<KernelContext<TokenFunctions>, "memory" | "functions">,
  parts: TokenTableParts,
): PlacedTokenTable {
  const { values, dimensions, rowOf, factors } = parts;
  const kind = values instanceof Int8Array ? "int8" : "float32";
  const rows = values.length / dimensions;
  if (!Number.isInteger(rows)) {
    throw invalidArgument(`${values.length} values are no rows of ${dimensions}`, "pass whole rows");
  }
  const tokens = rowOf?.length ?? rows;
  if (factors !== undefined && factors.length !== tokens) {
    throw invalidArgument(
      `there are ${factors.length} factors for ${tokens} tokens`,
      "pass one factor a token",
    );
  }
  const outside = rowOf?.findIndex((row) => row >= rows) ?? -1;
  if (outside >= 0) {
    throw invalidArgument(
      `rowOf[${outside}] is ${rowOf?.[outside]} in a table of ${rows} rows`,
      "name rows there are",
    );
  }

  const place = placeRows(memory, kind, dimensions, rows);
  writeRows(memory, kind, place, 0, values as Float32Array & Int8Array);
  let rowOfAddress = 0;
  if (rowOf !== undefined) {
    rowOfAddress = memory.allocate(rowOf.byteLength);
    memory.views.uint32.set(rowOf, rowOfAddress / 4);
  }
  const common = { ...place, values: kind, tokens, rowOf: rowOfAddress } as const;
  if (kind === "int8") {
    functions.arrangeInt8(place.address, rows * place.stride);
    const { multipliers, unit, terms } = fixedPoint(factors ?? new Float32Array(tokens).fill(1));
    const address = memory.allocate(multipliers.byteLength);
    memory.views.int32.set(multipliers, address / 4);
    return { ...common, factors: address, unit, terms };
  }
  if (factors === undefined) return { ...common, factors: 0, unit: 1, terms: 1 };
  const address = memory.allocate(tokens * 4);
  memory.views.float32.set(factors, address / 4);
  return { ...common, factors: address, unit: 1, terms: 1 };
}

/** Embeddings of tokens, in the memory of their kernels. */
export class TokenTable {
  readonly dimensions: number;
  /** Ids from 0 to `tokens` - 1 have a vector. */
  readonly tokens: number;

  /** @internal */
  constructor(
    private readonly context: KernelContext<TokenFunctions>,
    private readonly place: PlacedTokenTable,
  ) {
    this.dimensions = place.dimensions;
    this.tokens = place.tokens;
  }

  /** What another thread needs to open this table with `openTable`. */
  share(): SharedTokenTable {
    return { kind: "tokens", memory: requireSharedMemory(this.context.memory), place: this.place };
  }

  /**
   * The mean of the vectors of each row's tokens, weighted where there are weights: `(starts.length - 1)` x `dimensions`
   * values, row-major; zeros for a row without tokens. A mean depends on its own ids, their weights and their order
   * alone. Float32 values are summed in that order in float32; int8 values exactly, 64 ids at a time, after each factor
   * was multiplied by its weight and rounded to 2^-29 of the greatest product there can be.
   *
   * @throws KernelsError "invalid-argument" for an id without a vector, starts or weights that are none; `out` may then
   *   hold the means of earlier rows
   */
  gatherMeans(batch: RaggedIds, { normalize = false, out }: GatherOptions = {}): Float32Array {
    const { starts, ids } = batch;
    const { dimensions } = this.place;
    requireStarts(starts, ids.length);
    if (batch.weights !== undefined) requireWeights(batch.weights, ids.length);
    const rows = starts.length - 1;
    const means = out ?? new Float32Array(rows * dimensions);
    if (means.length !== rows * dimensions) {
      throw invalidArgument(
        `out has ${means.length} elements`,
        `give it ${rows} rows of ${dimensions}: ${rows * dimensions}`,
      );
    }
    for (let row = 0; row < rows;) {
      const end = this.endOfPortion(starts, row);
      this.gatherPortion(batch, row, end, normalize, means);
      row = end;
    }
    return means;
  }

  /** As many rows as keep the scratch in the second cache, and at least one. */
  private endOfPortion(starts: Uint32Array, row: number): number {
    const mostRows = Math.max(1, Math.floor(65_536 / this.place.stride));
    const firstId = starts[row] as number;
    let end = row + 1;
    while (end < starts.length - 1 && end - row < mostRows && (starts[end + 1] as number) - firstId <= 16_384)
      end++;
    return end;
  }

  private gatherPortion(
    { ids, starts, weights }: RaggedIds,
    row: number,
    end: number,
    normalize: boolean,
    means: Float32Array,
  ): void {
    const { functions, memory, scratch } = this.context;
    const { address, stride, dimensions, rowOf, factors } = this.place;
    const rows = end - row;
    const firstId = starts[row] as number;
    const count = (starts[end] as number) - firstId;
    const [idsAddress, weightsArea, startsAddress, pairs, target] = scratch.take(
      count * 4,
      weights === undefined ? 0 : count * 4,
      (rows + 1) * 4,
      528,
      rows * stride * 4,
    );
    const { uint32, float32 } = memory.views;
    uint32.set(ids.subarray(firstId, firstId + count), idsAddress / 4);
    if (count > 0 && functions.largestId(idsAddress, count) >>> 0 >= this.tokens)
      this.throwForId(ids, firstId);
    if (weights !== undefined) float32.set(weights.subarray(firstId, firstId + count), weightsArea / 4);
    const weightsAddress = weights === undefined ? 0 : weightsArea;
    const startsView = uint32.subarray(startsAddress / 4, startsAddress / 4 + rows + 1);
    for (let index = 0; index <= rows; index++) startsView[index] = (starts[row + index] as number) - firstId;

    if (this.place.values === "int8") {
      const { terms, unit } = this.place;
      functions.gatherMeansInt8(
        ...([address, stride, rowOf, factors, terms, unit] as const),
        ...([idsAddress, weightsAddress, startsAddress, rows, normalize, pairs, target] as const),
      );
    } else {
      functions.gatherMeansFloat32(
        ...([address, stride, rowOf, factors] as const),
        ...([idsAddress, weightsAddress, startsAddress, rows, normalize, target] as const),
      );
    }

    const first = target / 4;
    if (stride === dimensions) {
      means.set(float32.subarray(first, first + rows * stride), row * dimensions);
      return;
    }
    for (let index = 0; index < rows; index++) {
      const start = first + index * stride;
      means.set(float32.subarray(start, start + dimensions), (row + index) * dimensions);
    }
  }

  private throwForId(ids: Uint32Array, from: number): never {
    const index = ids.findIndex((id, position) => position >= from && id >= this.tokens);
    throw invalidArgument(
      `ids[${index}] is ${ids[index]}, but the table has ${this.tokens} tokens`,
      "use ids of the tokenizer that belongs to the table",
    );
  }
}

function requireStarts(starts: Uint32Array, ids: number): void {
  if (starts.length === 0) throw invalidArgument("starts is empty", "end it with the number of ids");
  let previous = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] as number;
    if (start < previous || start > ids) {
      throw invalidArgument(
        `starts[${index}] is ${start} after ${previous}, with ${ids} ids`,
        "let starts rise from 0 to the number of ids",
      );
    }
    previous = start;
  }
}

function requireWeights(weights: Float32Array, ids: number): void {
  if (weights.length !== ids)
    throw invalidArgument(`there are ${weights.length} weights for ${ids} ids`, "pass one weight an id");
  for (let index = 0; index < ids; index++) {
    const weight = weights[index] as number;
    if (!(weight > 0 && weight < Infinity))
      throw invalidArgument(`weights[${index}] is ${weight}`, "use positive, finite weights");
  }
}
