import { Embeddings, normalizeRows, truncateDimensions } from "@kokeshi/core";
import { invalidArgument } from "./errors.js";
import type { Metric } from "./settings.js";

/** Throws InvalidArgumentError unless the vectors have the dimensions of the index and are finite. */
export function requireVectors(vectors: Embeddings, dimensions: number, what: string): void {
  if (!(vectors instanceof Embeddings)) {
    throw invalidArgument(`the ${what} are no Embeddings`, "pass an Embeddings matrix of @kokeshi/core");
  }
  if (vectors.dimensions !== dimensions) {
    throw invalidArgument(
      `the ${what} have ${vectors.dimensions} dimensions, the index ${dimensions}`,
      "embed both with the same model and the same `dimensions`",
    );
  }
  const wrong = vectors.findNonFinite();
  if (wrong === undefined) return;
  throw invalidArgument(
    `component ${wrong.column} of row ${wrong.row} of the ${what} is ${wrong.value}`,
    "check the model and the text that gave this vector",
  );
}

/** A copy of rows `start` to `end`, of length 1 where the metric is the cosine. */
export function comparableRows(vectors: Embeddings, start: number, end: number, metric: Metric): Embeddings {
  const { data, dimensions } = vectors;
  const copy = new Embeddings(data.slice(start * dimensions, end * dimensions), dimensions);
  return metric === "cosine" ? normalizeRows(copy) : copy;
}

/** The first components of rows that `comparableRows` gave, comparable again. */
export function leadingComponents(rows: Embeddings, dimensions: number, metric: Metric): Embeddings {
  if (dimensions === rows.dimensions) return rows;
  const cut = truncateDimensions(rows, dimensions);
  return metric === "cosine" ? normalizeRows(cut) : cut;
}

/** Throws InvalidArgumentError unless `value` is a whole number of at least 1. */
export function requireCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw invalidArgument(`${name} is ${value}`, "use a whole number of at least 1");
}
