import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { InvalidFileError } from "@kokeshi/core";

export interface TextPair {
  anchor: string;
  positive: string;
}

/**
 * The pairs of a JSON-lines file, gzipped where its name ends in `.gz`: one object with the strings `anchor` and
 * `positive` a line, other keys ignored, empty lines skipped. Streams; throws InvalidFileError naming file and line.
 */
export async function* readPairs(path: string): AsyncGenerator<TextPair, void, undefined> {
  let line = 0;
  try {
    for await (const text of readLines(path)) {
      line++;
      if (text.trim() !== "") yield parsePair(text, path, line);
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

function parsePair(text: string, path: string, line: number): TextPair {
  const fault = (problem: string, cause?: unknown): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${path}, line ${line}: ${problem}`,
      remedy: 'write one {"anchor": "…", "positive": "…"} a line',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fault(`not JSON (${(cause as Error).message})`, cause);
  }
  const { anchor, positive } = Object(value) as Record<string, unknown>;
  if (typeof anchor !== "string") throw fault("`anchor` is not a string");
  if (typeof positive !== "string") throw fault("`positive` is not a string");
  return { anchor, positive };
}
