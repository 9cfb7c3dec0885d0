import { Embeddings } from "./embeddings.js";
import { InvalidArgumentError } from "./errors.js";

/** A dense vector, typed or plain. */
export type Vector = Float32Array | Float64Array | readonly number[];

function requireEqualLength(a: Vector, b: Vector): void {
  if (a.length === b.length) return;
  throw new InvalidArgumentError({
    part: "core",
    problem: `vectors of ${a.length} and ${b.length} dimensions cannot be compared`,
    remedy: "embed both with the same model and the same `dimensions`",
  });
}

/** sum a[i] * b[i] */
export function dotProduct(a: Vector, b: Vector): number {
  requireEqualLength(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Dot product over the product of lengths, from -1 to 1; 0 where either vector is zero. */
export function cosineSimilarity(a: Vector, b: Vector): number {
  requireEqualLength(a, b);
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? 0 : dot / Math.sqrt(squaresA * squaresB);
}

/** sqrt(sum (a[i] - b[i])²) */
export function euclideanDistance(a: Vector, b: Vector): number {
  requireEqualLength(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}

/** sum |a[i] - b[i]| */
export function manhattanDistance(a: Vector, b: Vector): number {
  requireEqualLength(a, b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number));
  return sum;
}

/**
 * Every row of `a` against every row of `b`: `a.rows` x `b.rows` scores, row-major (`Embeddings.row(i)` holds the
 * scores of row i of `a`). `similarity` defaults to the cosine.
 */
export function similarityMatrix(
  a: Embeddings,
  b: Embeddings,
  similarity: (x: Float32Array, y: Float32Array) => number = cosineSimilarity,
): Embeddings {
  const rowsOfB = Array.from(b);
  const scores = new Float32Array(a.rows * b.rows);
  let next = 0;
  for (const row of a) {
    for (const other of rowsOfB) scores[next++] = similarity(row, other);
  }
  return new Embeddings(scores, Math.max(1, b.rows));
}
