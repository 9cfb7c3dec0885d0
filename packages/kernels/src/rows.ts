import type { KernelMemory } from "./kernel-memory.js";
import { invalidArgument } from "./kernels-error.js";

export type RowKind = "float32" | "int8" | "bits";
export type RowValues = { float32: Float32Array; int8: Int8Array; bits: Uint8Array };

/** Where rows lie in the memory. Plain data: another thread can use it. */
export interface PlacedRows {
  /** Address of the first element; a multiple of 64. */
  readonly address: number;
  /**
   * Elements (bytes for bits) that a row takes, zeros behind `dimensions`. Rows lie one behind the other; those of bits
   * in blocks of 16, in which the first bytes of all come first.
   */
  readonly stride: number;
  /** Elements of a row; bytes for bits. */
  readonly dimensions: number;
  readonly rows: number;
}

const bytesPerElement = { float32: 4, int8: 1, bits: 1 } as const;
/** Elements that the innermost loop of any kernel of this kind takes at a time. */
const elementsAtATime = { float32: 32, int8: 32, bits: 4 } as const;
/** Rows of bits that lie byte by byte together. */
const rowsPerBlock = 16;

export function strideOf(kind: RowKind, dimensions: number): number {
  return Math.ceil(dimensions / elementsAtATime[kind]) * elementsAtATime[kind];
}

/** Reserves rows of zeros. */
export function placeRows(memory: KernelMemory, kind: RowKind, dimensions: number, rows: number): PlacedRows {
  requireDimensions(dimensions);
  if (!Number.isInteger(rows) || rows < 0)
    throw invalidArgument(`rows is ${rows}`, "use a whole number of at least 0");
  const stride = strideOf(kind, dimensions);
  const bytes = endOfRows(kind, { address: 0, stride, dimensions, rows });
  return { address: memory.allocate(bytes), stride, dimensions, rows };
}

/** Address behind the last row; bits take whole blocks. */
export function endOfRows(kind: RowKind, { address, stride, rows }: PlacedRows): number {
  const placed = kind === "bits" ? Math.ceil(rows / rowsPerBlock) * rowsPerBlock : rows;
  return address + placed * stride * bytesPerElement[kind];
}

/** Copies whole rows in, from row `firstRow` on. */
export function writeRows<Kind extends RowKind>(
  memory: KernelMemory,
  kind: Kind,
  place: PlacedRows,
  firstRow: number,
  values: RowValues[Kind],
): void {
  const { address, stride, dimensions, rows } = place;
  const count = values.length / dimensions;
  if (!Number.isInteger(count)) {
    throw invalidArgument(`${values.length} values are no rows of ${dimensions}`, "pass whole rows");
  }
  requireRows(firstRow, count, rows, "write");
  const { views } = memory;
  if (kind === "bits") {
    const { uint8 } = views;
    for (let row = 0, from = 0; row < count; row++) {
      let target = byteOfBits(place, firstRow + row);
      for (const end = from + dimensions; from < end; target += rowsPerBlock) {
        uint8[target] = values[from++] as number;
      }
    }
    return;
  }
  const target = kind === "float32" ? views.float32 : views.int8;
  const start = address / bytesPerElement[kind] + firstRow * stride;
  if (stride === dimensions) {
    target.set(values, start);
    return;
  }
  for (let row = 0; row < count; row++) {
    target.set(values.subarray(row * dimensions, (row + 1) * dimensions), start + row * stride);
  }
}

/** A copy of whole rows, from row `firstRow` on, without padding. */
export function readRows(
  memory: KernelMemory,
  kind: RowKind,
  place: PlacedRows,
  firstRow: number,
  count: number,
): RowValues[RowKind] {
  const { address, stride, dimensions, rows } = place;
  requireRows(firstRow, count, rows, "read");
  const { views } = memory;
  const length = count * dimensions;
  if (kind === "bits") {
    const values = new Uint8Array(length);
    for (let row = 0, to = 0; row < count; row++) {
      let source = byteOfBits(place, firstRow + row);
      for (const end = to + dimensions; to < end; source += rowsPerBlock) {
        values[to++] = views.uint8[source] as number;
      }
    }
    return values;
  }
  const source = kind === "float32" ? views.float32 : views.int8;
  const start = address / bytesPerElement[kind] + firstRow * stride;
  if (stride === dimensions) return source.slice(start, start + length);
  const values = kind === "float32" ? new Float32Array(length) : new Int8Array(length);
  for (let row = 0; row < count; row++) {
    const first = start + row * stride;
    values.set(source.subarray(first, first + dimensions), row * dimensions);
  }
  return values;
}

/** Address of the first byte of a row of bits; the others follow in steps of `rowsPerBlock`. */
function byteOfBits({ address, stride }: PlacedRows, row: number): number {
  const inBlock = row % rowsPerBlock;
  return address + (row - inBlock) * stride + inBlock;
}

function requireRows(firstRow: number, count: number, rows: number, verb: "read" | "write"): void {
  if (Number.isInteger(firstRow) && firstRow >= 0 && count >= 0 && firstRow + count <= rows) return;
  throw invalidArgument(
    `rows ${firstRow} to ${firstRow + count - 1} do not fit in ${rows} rows`,
    `${verb} inside the rows the table was created with`,
  );
}

/** Throws unless `dimensions` is a whole number from 1 to 65,536. */
export function requireDimensions(dimensions: number): void {
  if (Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= 65_536) return;
  throw invalidArgument(`a row of ${dimensions} elements cannot be`, "use a whole number from 1 to 65536");
}
