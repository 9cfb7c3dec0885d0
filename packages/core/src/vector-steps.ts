import { Embeddings } from "./embeddings.js";
import { InvalidArgumentError } from "./errors.js";

/** Divides each row by its Euclidean length, in place. A row of zeros stays zeros. */
export function normalizeRows(embeddings: Embeddings): Embeddings {
  const { data, dimensions } = embeddings;
  for (let start = 0; start < data.length; start += dimensions) {
    let squares = 0;
    for (let i = start; i < start + dimensions; i++) squares += (data[i] as number) ** 2;
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let i = start; i < start + dimensions; i++) data[i] = (data[i] as number) * scale;
  }
  return embeddings;
}

/** Keeps the first `dimensions` components of each row, as Matryoshka models allow. Copies unless nothing is cut. */
export function truncateDimensions(embeddings: Embeddings, dimensions: number): Embeddings {
  if (dimensions === embeddings.dimensions) return embeddings;
  requireDimensions(dimensions, embeddings.dimensions);
  const cut = Embeddings.zeros(embeddings.rows, dimensions);
  for (let row = 0; row < embeddings.rows; row++) {
    const start = row * embeddings.dimensions;
    cut.data.set(embeddings.data.subarray(start, start + dimensions), row * dimensions);
  }
  return cut;
}

/** Throws unless `dimensions` is a whole number from 1 to `available`. */
export function requireDimensions(dimensions: number, available: number): void {
  if (Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= available) return;
  throw new InvalidArgumentError({
    part: "core",
    problem: `dimensions is ${dimensions}, but the model gives ${available}`,
    remedy: `use a whole number from 1 to ${available}`,
  });
}
