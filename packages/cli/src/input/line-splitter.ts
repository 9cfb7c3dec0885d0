const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = [0xef, 0xbb, 0xbf];
/** Bytes of a line that are not its own: a byte order mark in front and a carriage return behind. */
const surroundings = byteOrderMark.length + 1;

export interface SplitLine {
  /** Counts from 1, as editors do. */
  number: number;
  /** The line without its ending; undefined where it was longer than the limit, and was dropped. */
  bytes: Uint8Array | undefined;
}

/**
 * Cuts chunks of bytes into lines. Lines end in LF or CRLF; the last may have no ending; a byte order mark before the
 * first is dropped. Holds at most one line, and of a line above `maxLineBytes` nothing.
 */
export class LineSplitter {
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private lines = 0;

  constructor(private readonly maxLineBytes: number) {}

  *push(chunk: Uint8Array): Generator<SplitLine, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      yield this.complete(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.keep(chunk.subarray(start));
  }

  /** The last line, where it had no ending. */
  *end(): Generator<SplitLine, void, undefined> {
    if (this.pendingBytes > 0) yield this.complete(new Uint8Array());
  }

  private keep(part: Uint8Array): void {
    this.pendingBytes += part.length;
    if (this.pendingBytes <= this.maxLineBytes + surroundings) this.pending.push(part);
    else this.pending = [];
  }

  private complete(end: Uint8Array): SplitLine {
    const number = ++this.lines;
    let bytes = end;
    if (this.pendingBytes > 0) {
      this.keep(end);
      const dropped = this.pending.length === 0;
      bytes = Buffer.concat(this.pending);
      this.pending = [];
      this.pendingBytes = 0;
      if (dropped) return { number, bytes: undefined };
    }
    if (bytes[bytes.length - 1] === carriageReturn) bytes = bytes.subarray(0, -1);
    if (number === 1 && byteOrderMark.every((byte, index) => bytes[index] === byte)) {
      bytes = bytes.subarray(byteOrderMark.length);
    }
    return { number, bytes: bytes.length > this.maxLineBytes ? undefined : bytes };
  }
}
