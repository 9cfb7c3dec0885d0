import { type ByteSource, inMemory } from "./byte-source.js";

/**
 * One text a row, as UTF-8: first where each text ends, counted from the end of this list (uint32, little-endian), then
 * the texts without anything between them.
 */
export function encodeTextColumn(texts: readonly Uint8Array[]): Uint8Array {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  if (length > 0xffff_ffff) throw new RangeError(`${length} bytes of text do not fit in one column`);
  const bytes = new Uint8Array(texts.length * 4 + length);
  const view = new DataView(bytes.buffer);
  let end = 0;
  texts.forEach((text, row) => {
    bytes.set(text, texts.length * 4 + end);
    end += text.length;
    view.setUint32(row * 4, end, true);
  });
  return bytes;
}

/** Memory for columns that are read whole when they are first asked for; the others are read text by text. */
export class ColumnMemory {
  private left = 64 << 20;

  /** Whether there is room for so many bytes, which are then taken. */
  take(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.left -= bytes;
    return true;
  }
}

/** Reads what `encodeTextColumn` wrote, from wherever it lies. */
export class TextColumn {
  private whole: ByteSource | undefined;

  constructor(
    private readonly source: ByteSource,
    private readonly rows: number,
    private readonly memory: ColumnMemory,
  ) {}

  /** The bytes of one text; a view or a copy. Throws an Error where the column is broken. */
  text(row: number): Uint8Array {
    const source = this.loaded();
    const ends = source.read(Math.max(0, row - 1) * 4, row === 0 ? 4 : 8);
    const start = row === 0 ? 0 : uint32At(ends, 0);
    const end = uint32At(ends, row === 0 ? 0 : 4);
    // Also of what was too short for two numbers, which are NaN then.
    if (!(start <= end && this.rows * 4 + end <= source.length))
      throw new Error(`text ${row} lies outside its column`);
    return source.read(this.rows * 4 + start, end - start);
  }

  /** All texts in order, reading as much at a time as is good for a disk. */
  *texts(): Generator<Uint8Array, void, undefined> {
    const source = this.loaded();
    const rowsAtATime = 4096;
    let start = 0;
    for (let row = 0; row < this.rows; row += rowsAtATime) {
      const count = Math.min(rowsAtATime, this.rows - row);
      const endBytes = source.read(row * 4, count * 4);
      const ends = new DataView(endBytes.buffer, endBytes.byteOffset, endBytes.byteLength);
      const last = ends.getUint32((count - 1) * 4, true);
      if (last < start || this.rows * 4 + last > source.length)
        throw new Error("texts lie outside their column");
      const bytes = source.read(this.rows * 4 + start, last - start);
      let done = 0;
      for (let index = 0; index < count; index++) {
        const end = ends.getUint32(index * 4, true) - start;
        if (end < done || end > bytes.length) throw new Error(`text ${row + index} lies outside its column`);
        yield bytes.subarray(done, end);
        done = end;
      }
      start = last;
    }
  }

  private loaded(): ByteSource {
    if (this.whole === undefined) {
      const { source } = this;
      this.whole = this.memory.take(source.length) ? inMemory(source.readAll()) : source;
    }
    return this.whole;
  }
}

/** Little-endian. Faster than a DataView for one number. */
function uint32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return low + (bytes[at + 3] as number) * 2 ** 24;
}
