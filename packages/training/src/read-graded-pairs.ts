import { readJsonLines } from "./read-json-lines.js";

/** Two texts and how alike they are: any scale, of which only the order matters. */
export interface GradedTextPair {
  sentence1: string;
  sentence2: string;
  score: number;
}

/**
 * The graded pairs of a JSON-lines file, gzipped where its name ends in `.gz`: one object with the strings `sentence1`
 * and `sentence2` and the number `score` a line. Streams; throws InvalidFileError naming file and line.
 */
export function readGradedPairs(path: string): AsyncGenerator<GradedTextPair, void, undefined> {
  return readJsonLines(
    path,
    '{"sentence1": "…", "sentence2": "…", "score": 0.8}',
    ({ sentence1, sentence2, score }, fault): GradedTextPair => {
      if (typeof sentence1 !== "string") throw fault("`sentence1` is not a string");
      if (typeof sentence2 !== "string") throw fault("`sentence2` is not a string");
      if (typeof score !== "number") throw fault("`score` is not a number");
      return { sentence1, sentence2, score };
    },
  );
}
