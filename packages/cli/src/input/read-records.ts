import { isUtf8 } from "node:buffer";
import { InvalidFileError } from "@kokeshi/core";
import { type InputSource, unreadable } from "./input-source.js";
import { LineProblem, parseJsonLine } from "./json-line.js";
import { LineSplitter, type SplitLine } from "./line-splitter.js";
import type { TextRecord } from "./text-record.js";

export interface ReadOptions {
  /** Longest line, in bytes without its ending. */
  maxLineBytes: number;
  /** Takes the error of a broken line, which is then left out. Without it the error is thrown. */
  onInvalidLine?: (error: InvalidFileError, line: number) => void;
  /** Called with the bytes read so far. */
  onBytes?: (bytes: number) => void;
}

/**
 * The texts of an input, one a line, read only as fast as they are asked for. A plain empty line is an empty text, so
 * that positions stay those of the file; a blank line of JSON lines is nothing. Throws InvalidFileError, naming file
 * and line, for bytes that are not UTF-8, for a broken JSON line, and for a line above the limit.
 */
export async function* readRecords(
  source: InputSource,
  { maxLineBytes, onInvalidLine, onBytes }: ReadOptions,
): AsyncGenerator<TextRecord, void, undefined> {
  const splitter = new LineSplitter(maxLineBytes);
  let bytes = 0;

  function record(line: SplitLine): TextRecord | undefined {
    try {
      return parseLine(line, source.format, maxLineBytes);
    } catch (cause) {
      if (!(cause instanceof LineProblem)) throw cause;
      const error = lineError(source.name, line.number, cause);
      if (!onInvalidLine) throw error;
      onInvalidLine(error, line.number);
      return undefined;
    }
  }

  for await (const chunk of chunksOf(source)) {
    bytes += chunk.length;
    onBytes?.(bytes);
    for (const line of splitter.push(chunk)) {
      const parsed = record(line);
      if (parsed !== undefined) yield parsed;
    }
  }
  for (const line of splitter.end()) {
    const parsed = record(line);
    if (parsed !== undefined) yield parsed;
  }
}

async function* chunksOf({ open, name }: InputSource): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of open()) yield chunk as Uint8Array;
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function parseLine(
  { bytes, number }: SplitLine,
  format: string,
  maxLineBytes: number,
): TextRecord | undefined {
  if (bytes === undefined) {
    throw new LineProblem(`longer than ${maxLineBytes} bytes`, "split it, or raise --max-line-bytes");
  }
  if (!isUtf8(bytes))
    throw new LineProblem("not UTF-8", "convert the input to UTF-8, for example with iconv");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return format === "jsonl" ? parseJsonLine(text, number) : { text, id: String(number - 1), line: number };
}

function lineError(name: string, line: number, cause: LineProblem): InvalidFileError {
  return new InvalidFileError({
    part: "cli",
    problem: `${name}:${line}: ${cause.message}`,
    remedy: `${cause.remedy}; --skip-invalid goes on without such lines`,
    cause,
  });
}
