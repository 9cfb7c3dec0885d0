import { Embeddings, InvalidArgumentError, normalizeRows } from "@kokeshi/core";
import { inverse, Matrix } from "ml-matrix";
import { MatrixEngine } from "../linear/matrix-engine.js";
import { CosineResiduals } from "./cosine-residuals.js";

export interface CoherenceOptions {
  /**
   * Tables of the same tokens and shape that were trained from another start: the cosines to begin with are then the mean
   * over all tables, in which chance weighs less, and the lengths of rows their geometric mean.
   */
  others?: readonly Float32Array[];
  /**
   * Cosines below this are taken for noise, those above for that much less. From 0 to 1. Default: 1.6 / sqrt(dimensions)
   * (at most 1), 0.05 for 1,024: somewhat more than the root mean square of the cosines of random vectors.
   */
  threshold?: number;
  /**
   * How often each token occurs in the texts to embed, or in such as they are. A row then counts by the square root of its
   * share of all tokens times its length, more or less as it does in the means of texts. Default: all rows count the same.
   */
  counts?: ArrayLike<number>;
  /** Each moves all rows once. Default: 4. */
  rounds?: number;
  /** Threads ONNX Runtime may use. Default: 1. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: (progress: CoherenceProgress) => void;
}

export interface CoherenceProgress {
  /** Rounds done. */
  round: number;
  rounds: number;
}

/** How far a round goes of the way that least squares would take it. */
const rate = 0.5;

/**
 * Takes noise out of the cosines between the rows of a table of token vectors; their lengths stay.
 *
 * Many more vectors than dimensions cannot all be orthogonal: the root mean square of their cosines is at least about
 * 1 / sqrt(dimensions) (Welch 1974), and training leaves it far above. Most of it says nothing of the tokens, but adds up
 * in the mean of a long text. Wanted are, for the cosines c there were, their soft thresholds sign(c) max(|c| - t, 0)
 * (Donoho 1995, https://doi.org/10.1109/18.382009), which keep what is likely to mean something. Unit vectors U whose
 * cosines come close to them, H, in the mean square are approached by steps of half of the least squares solution for one
 * side of U Uᵀ: U <- U - 1/2 (U Uᵀ - H) A U (UᵀAU + m I)^-1 with m the mean eigenvalue of UᵀAU, A the diagonal matrix of how
 * much rows count, and without the diagonal of U Uᵀ - H; after each, rows are scaled to length 1.
 *
 * The time of a round grows with the square of the rows: about 15 s for 18,432 of 1,024 dimensions on two cores.
 *
 * @param table row-major, `dimensions` values a row; stays as it is. Rows of zeros stay zeros.
 * @returns the new table
 * @throws InvalidArgumentError for a table of no whole rows or with values that are not finite, and for options outside
 *   of their ranges
 */
export async function reduceCoherence(
  table: Float32Array,
  dimensions: number,
  options: CoherenceOptions = {},
): Promise<Float32Array> {
  const { others = [], counts, rounds = 4, threads = 1, signal, onProgress } = options;
  const { threshold = Math.min(1, 1.6 / Math.sqrt(dimensions)) } = options;
  const tables = [table, ...others];
  requireTables(tables, dimensions);
  requireOptions(threshold, rounds);
  const lengths = meanLengths(tables, dimensions);
  const importance = importanceOf(lengths, counts);
  const rows = unitRows(table, dimensions);
  const before = sideBySide([rows, ...others.map((other) => unitRows(other, dimensions))], dimensions);
  const residuals = await CosineResiduals.create(threshold, threads);
  const engine = await MatrixEngine.create(threads);
  try {
    for (let round = 1; round <= rounds; round++) {
      signal?.throwIfAborted();
      const weighted = scaledRows(rows, importance);
      const moves = await residuals.timesRows(rows, before, weighted, dimensions, signal);
      // On the diagonal a unit row is 1 where 1 - threshold is wanted.
      moves.forEach((move, index) => (moves[index] = move - threshold * (weighted[index] as number)));
      const halves = scaledRows(rows, importance.map(Math.sqrt));
      const inverse = await regularizedInverse(engine, halves, dimensions, signal);
      const steps = await engine.project(moves, new Float64Array(dimensions), inverse, signal);
      steps.forEach((step, index) => (rows[index] = (rows[index] as number) - rate * step));
      normalizeRows(new Embeddings(rows, dimensions));
      onProgress?.({ round, rounds });
    }
  } finally {
    await Promise.all([residuals.close(), engine.close()]);
  }
  return scaledRows(rows, lengths);
}

/** (XᵀX + m I)^-1 for rows X, m being the mean eigenvalue of XᵀX; row-major. */
async function regularizedInverse(
  engine: MatrixEngine,
  rows: Float32Array,
  dimensions: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const values = await engine.gram(rows, new Float64Array(dimensions), signal);
  const gram = Matrix.from1DArray(dimensions, dimensions, values);
  const mean = gram.trace() / dimensions;
  // Without a row that is not zeros nothing will move.
  if (mean === 0) return values;
  return Float64Array.from(inverse(gram.add(Matrix.eye(dimensions).mul(mean))).to1DArray());
}

function unitRows(table: Float32Array, dimensions: number): Float32Array {
  return normalizeRows(new Embeddings(table.slice(), dimensions)).data;
}

/** Row i times factor i. */
function scaledRows(rows: Float32Array, factors: Float32Array): Float32Array {
  const dimensions = rows.length / factors.length;
  return rows.map((value, index) => value * (factors[Math.floor(index / dimensions)] as number));
}

/** The geometric means of the lengths of the rows. */
function meanLengths(tables: readonly Float32Array[], dimensions: number): Float32Array {
  return Float32Array.from({ length: (tables[0] as Float32Array).length / dimensions }, (_, row) =>
    tables.reduce(
      (product, table) =>
        product *
        Math.hypot(...table.subarray(row * dimensions, (row + 1) * dimensions)) ** (1 / tables.length),
      1,
    ),
  );
}

/** How much each row counts, 1 on average. */
function importanceOf(lengths: Float32Array, counts: ArrayLike<number> | undefined): Float32Array {
  if (counts === undefined) return new Float32Array(lengths.length).fill(1);
  if (counts.length !== lengths.length)
    throw fault(`there are ${counts.length} counts for ${lengths.length} rows`, "pass one count a row");
  const raw = lengths.map((length, row) => {
    const count = counts[row] as number;
    if (!(count >= 0 && count < Infinity))
      throw fault(`counts[${row}] is ${count}`, "use numbers of at least 0");
    // Tokens that did not occur may yet.
    return Math.sqrt(count + 0.5) * length;
  });
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  return mean === 0 ? raw : raw.map((value) => value / mean);
}

/** The rows of k tables behind each other, by 1 / sqrt(k): dot products are then the means of theirs. */
function sideBySide(tables: readonly Float32Array[], dimensions: number): Float32Array {
  const columns = tables.length * dimensions;
  const factor = 1 / Math.sqrt(tables.length);
  const joined = new Float32Array(tables.length * (tables[0] as Float32Array).length);
  tables.forEach((table, place) => {
    for (let index = 0; index < table.length; index++) {
      const column = index % dimensions;
      joined[((index - column) / dimensions) * columns + place * dimensions + column] =
        factor * (table[index] as number);
    }
  });
  return joined;
}

function requireTables(tables: readonly Float32Array[], dimensions: number): void {
  const [first] = tables as [Float32Array];
  if (!Number.isInteger(dimensions) || dimensions < 1 || first.length % dimensions !== 0)
    throw fault(`${first.length} values do not divide into rows of ${dimensions}`, "pass whole rows");
  tables.forEach((table, place) => {
    const name = place === 0 ? "table" : `others[${place - 1}]`;
    if (table.length !== first.length)
      throw fault(
        `${name} has ${table.length} values instead of ${first.length}`,
        "pass tables of one shape",
      );
    const index = table.findIndex((value) => !Number.isFinite(value));
    if (index >= 0) throw fault(`${name}[${index}] is ${table[index]}`, "pass finite values only");
  });
}

function requireOptions(threshold: number, rounds: number): void {
  if (!(threshold >= 0 && threshold <= 1))
    throw fault(`threshold is ${threshold}`, "use a number from 0 to 1");
  if (!Number.isInteger(rounds) || rounds < 0)
    throw fault(`rounds is ${rounds}`, "use a whole number of at least 0");
}

function fault(problem: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({ part: "training", problem, remedy });
}
