import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { InvalidFileError } from "@kokeshi/core";

/** Makes a row of the object on a line, or throws what `fault` makes of a problem. */
export type LineReader<Row> = (
  object: Record<string, unknown>,
  fault: (problem: string) => InvalidFileError,
) => Row;

/**
 * The rows of a JSON-lines file, gzipped where its name ends in `.gz`; empty lines are skipped. Streams; throws
 * InvalidFileError naming file and line.
 *
 * @param shape how a line has to look, for the error: `{"anchor": "…", "positive": "…"}`
 */
export async function* readJsonLines<Row>(
  path: string,
  shape: string,
  read: LineReader<Row>,
): AsyncGenerator<Row, void, undefined> {
  let line = 0;
  const fault = (problem: string, cause?: unknown): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${path}, line ${line}: ${problem}`,
      remedy: `write one ${shape} a line`,
      cause,
    });
  try {
    for await (const text of readLines(path)) {
      line++;
      if (text.trim() === "") continue;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (cause) {
        throw fault(`not JSON (${(cause as Error).message})`, cause);
      }
      yield read(Object(value) as Record<string, unknown>, fault);
    }
  } catch (cause) {
    if (cause instanceof InvalidFileError) throw cause;
    throw new InvalidFileError({
      part: "training",
      problem: `${path} cannot be read beyond line ${line} (${(cause as Error).message})`,
      remedy: "check that the file is there and complete",
      cause,
    });
  }
}

async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  const file = createReadStream(path);
  const stream = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  // pipe() does not pass errors on.
  if (stream !== file) file.on("error", (error) => stream.destroy(error));
  stream.setEncoding("utf8");
  try {
    let rest = "";
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() as string;
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    file.destroy();
  }
}
