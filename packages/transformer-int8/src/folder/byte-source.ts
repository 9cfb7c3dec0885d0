import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { invalidModel } from "../invalid-model.js";

/** Bytes that need not all be in memory. */
export interface ByteSource {
  readonly size: number;
  /** The byte at a position below `size`. */
  at(position: number): number;
  /** A copy of a few bytes; the range is within `size`. */
  slice(start: number, end: number): Uint8Array;
}

export function sourceOfBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    at: (position) => bytes[position] as number,
    slice: (start, end) => Uint8Array.from(bytes.subarray(start, end)),
  };
}

/** The names of operators and tensors come in pieces of about this size between the weights. */
const windowLength = 8192;

/** Gives `use` a file of which only those parts are read that it looks at. */
export function withFile<Result>(path: string, use: (source: ByteSource) => Result): Result {
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    const window = new Uint8Array(windowLength);
    let windowStart = 0;
    let windowEnd = 0;
    return use({
      size,
      at(position) {
        if (position < windowStart || position >= windowEnd) {
          windowStart = position;
          windowEnd = position + readSync(file, window, 0, windowLength, position);
        }
        // 0 past the end of a file that became shorter while it was read.
        return window[position - windowStart] as number;
      },
      slice(start, end) {
        const bytes = new Uint8Array(end - start);
        readSync(file, bytes, 0, bytes.length, start);
        return bytes;
      },
    });
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw invalidModel(
      `${path} cannot be read (${(cause as Error).message})`,
      "check who may read it",
      cause,
    );
  }
}
