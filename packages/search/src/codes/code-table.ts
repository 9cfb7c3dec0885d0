import type { BitVectors, Float32Vectors, Int8Vectors, Kernels, SharedTable } from "@kokeshi/kernels";
import type { CodeKind } from "../settings.js";
import type { CodeFormat } from "./code-format.js";

export type CodeVectors = Float32Vectors | Int8Vectors | BitVectors;

/** Rows `firstRow` and on of a table, in one piece of memory. */
export interface CodeBlock {
  readonly firstRow: number;
  /** Rows that are in use. */
  rows: number;
  readonly capacity: number;
  readonly shared: SharedTable;
}

const bytesPerElement = { float32: 4, int8: 1, bits: 1 } as const;
/** What a table grows by at most, beyond what it must hold. */
const mostSpareBytes = 64 << 20;
const fewestRows = 64;

/**
 * Codes in the memory of kernels, in blocks: memory never moves, so a table that is full gets another block. Rows are
 * appended and never change.
 */
export class CodeTable {
  readonly blocks: CodeBlock[] = [];
  rows = 0;

  /** @param kernels with shared memory: threads search in it, and files are read into it without a copy */
  constructor(
    readonly kernels: Kernels,
    readonly format: Pick<CodeFormat, "kind" | "width" | "dimensions">,
  ) {}

  /** Makes room for `rows` more, as far as there is none, in one piece. An empty table gets room for exactly these. */
  reserve(rows: number): void {
    const last = this.blocks.at(-1);
    const missing = rows - (last === undefined ? 0 : last.firstRow + last.capacity - this.rows);
    if (missing > 0) this.blocks.push(this.newBlock(missing, Math.max(missing, this.spareRows)));
  }

  /** Copies `rows x width` bytes to `offset` rows behind the last, where `commit` makes them rows. */
  stage(bytes: Uint8Array, offset = 0): void {
    const { width } = this.format;
    let row = this.rows + offset;
    for (let start = 0; start < bytes.length;) {
      const block = this.blockFor(row, (bytes.length - start) / width);
      const place = row - block.firstRow;
      const fits = Math.min(block.capacity - place, (bytes.length - start) / width);
      this.write(block, place, bytes.subarray(start, start + fits * width));
      start += fits * width;
      row += fits;
    }
  }

  /** The first `rows` of what was staged are rows from now on. */
  commit(rows: number): void {
    this.rows += rows;
    for (const block of this.blocks) {
      block.rows = Math.max(0, Math.min(block.capacity, this.rows - block.firstRow));
    }
  }

  /**
   * Where the bytes of rows not yet in use belong, to be read into; as many whole rows as lie in one piece, or
   * undefined where rows do not lie in the memory of the kernels as in the file.
   */
  place(row: number, count: number): Uint8Array | undefined {
    const block = this.blockFor(row, count);
    const { memory, place } = block.shared;
    const { kind, width } = this.format;
    const stride = place.stride * bytesPerElement[kind];
    if (kind === "bits" || stride !== width) return undefined;
    const fits = Math.min(count, block.capacity - (row - block.firstRow));
    const start = place.address + (row - block.firstRow) * stride;
    return new Uint8Array(memory.buffer, start, fits * stride);
  }

  /** A copy of the bytes of rows, without padding. */
  read(firstRow: number, count: number): Uint8Array {
    const { width } = this.format;
    const bytes = new Uint8Array(count * width);
    for (let done = 0; done < count;) {
      const block = this.blockOf(firstRow + done);
      const first = firstRow + done - block.firstRow;
      const here = Math.min(count - done, block.rows - first);
      const { buffer, byteOffset, byteLength } = openVectors(this.kernels, block.shared).read(first, here);
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), done * width);
      done += here;
    }
    return bytes;
  }

  /** The block that holds a row. */
  blockOf(row: number): CodeBlock {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.blocks[middle] as CodeBlock).firstRow <= row) low = middle;
      else high = middle - 1;
    }
    return this.blocks[low] as CodeBlock;
  }

  private blockFor(row: number, rows: number): CodeBlock {
    const last = this.blocks.at(-1);
    if (last === undefined || row >= last.firstRow + last.capacity) this.blocks.push(this.newBlock(rows));
    return this.blockOf(row);
  }

  private newBlock(rows: number, capacity = Math.max(rows, this.spareRows, fewestRows)): CodeBlock {
    const last = this.blocks.at(-1);
    const firstRow = last === undefined ? 0 : last.firstRow + last.capacity;
    const vectors = createVectors(this.kernels, this.format, capacity);
    return { firstRow, rows: 0, capacity, shared: vectors.share() };
  }

  /** As many as there are, so that the number of blocks stays small, within bounds. */
  private get spareRows(): number {
    return Math.min(this.rows, Math.floor(mostSpareBytes / this.format.width));
  }

  private write(block: CodeBlock, row: number, bytes: Uint8Array): void {
    const vectors = openVectors(this.kernels, block.shared);
    switch (vectors.kind) {
      case "float32":
        vectors.write(row, float32Of(bytes));
        break;
      case "int8":
        vectors.write(row, new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        break;
      case "bits":
        vectors.write(row, bytes);
    }
  }
}

function createVectors(
  kernels: Kernels,
  { kind, dimensions, width }: CodeTable["format"],
  rows: number,
): CodeVectors {
  if (kind === "float32") return kernels.createFloat32Vectors(dimensions, rows);
  if (kind === "int8") return kernels.createInt8Vectors(width, rows);
  return kernels.createBitVectors(width, rows);
}

/** The vectors of a shared table, in the memory of these kernels. */
export function openVectors(kernels: Kernels, table: SharedTable): CodeVectors {
  return kernels.openTable(table as never) as unknown as CodeVectors;
}

/** The kernels keep so many rows of bits together: tables begin at multiples of it. */
export const rowsTogether = 16;

/** `count` rows of a block from `firstRow` on, a multiple of `rowsTogether`, as a table of their own. */
export function rowsOfBlock({ shared }: CodeBlock, firstRow: number, count: number): SharedTable {
  const { place, kind } = shared;
  const address = place.address + firstRow * place.stride * bytesPerElement[kind as CodeKind];
  return { ...shared, place: { ...place, address, rows: count } };
}

export function float32Of(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}
