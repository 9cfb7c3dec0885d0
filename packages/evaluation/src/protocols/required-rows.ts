import { type Embeddings, InvalidArgumentError } from "@kokeshi/core";
import { part } from "../part.js";

/** Throws unless there is one row a text, and every component is a finite number. */
export function requireRows(embeddings: Embeddings, rows: number, of: string): void {
  if (embeddings.rows !== rows) {
    throw new InvalidArgumentError({
      part,
      problem: `there are ${embeddings.rows} embeddings for ${rows} ${of}`,
      remedy: "pass one row a text, in the order of the task",
    });
  }
  const wrong = embeddings.findNonFinite();
  if (wrong === undefined) return;
  throw new InvalidArgumentError({
    part,
    problem: `component ${wrong.column} of embedding ${wrong.row} of the ${of} is ${wrong.value}`,
    remedy: "check the model: embeddings are finite numbers",
  });
}

/** Throws unless both sides of pairs are of equal length, and there is at least one. */
export function requirePairs(first: Embeddings, second: Embeddings, rows: number): void {
  requireSome(rows, "pairs");
  requireRows(first, rows, "first sentences");
  requireRows(second, rows, "second sentences");
  if (first.dimensions !== second.dimensions) {
    throw new InvalidArgumentError({
      part,
      problem: `the sides of the pairs have ${first.dimensions} and ${second.dimensions} dimensions`,
      remedy: "embed both with the same model and the same dimensions",
    });
  }
}

/** Throws where a task has no rows: the mean of nothing is no score. */
export function requireSome(rows: number, of: string): void {
  if (rows > 0) return;
  throw new InvalidArgumentError({
    part,
    problem: `the task has no ${of}`,
    remedy: "check the files of the task",
  });
}
