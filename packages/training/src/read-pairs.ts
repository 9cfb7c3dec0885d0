import { readJsonLines } from "./read-json-lines.js";

export interface TextPair {
  anchor: string;
  positive: string;
  /** A text that looks like an answer to the anchor and is none. */
  negative?: string;
}

/**
 * The pairs of a JSON-lines file, gzipped where its name ends in `.gz`: one object with the strings `anchor` and
 * `positive`, perhaps `negative`, a line, other keys ignored, empty lines skipped. Streams; throws InvalidFileError
 * naming file and line.
 */
export function readPairs(path: string): AsyncGenerator<TextPair, void, undefined> {
  return readJsonLines(
    path,
    '{"anchor": "…", "positive": "…"}',
    ({ anchor, positive, negative }, fault): TextPair => {
      if (typeof anchor !== "string") throw fault("`anchor` is not a string");
      if (typeof positive !== "string") throw fault("`positive` is not a string");
      if (negative === undefined || negative === null) return { anchor, positive };
      if (typeof negative !== "string") throw fault("`negative` is not a string");
      return { anchor, positive, negative };
    },
  );
}
