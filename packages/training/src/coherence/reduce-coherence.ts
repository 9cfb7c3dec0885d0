import { Embeddings, InvalidArgumentError, normalizeRows, truncateDimensions } from "@kokeshi/core";
import { matryoshkaLevels, type MatryoshkaLevel } from "@kokeshi/matryoshka";
import { inverse, Matrix } from "ml-matrix";
import { MatrixEngine } from "../linear/matrix-engine.js";
import { CosineResiduals, type UnitRows } from "./cosine-residuals.js";

export interface CoherenceOptions {
  /**
   * Tables of the same tokens and shape that were trained from another start: the cosines to begin with are then the mean
   * over all tables, in which chance weighs less.
   */
  others?: readonly Float32Array[];
  /** How much each size counts. Default: 1 for the first, 0.25 for the others. */
  weights?: readonly number[];
  /**
   * Cosines below this are taken for noise, those above for that much less. From 0 to 1. Default: 1.6 / sqrt(dimensions)
   * (at most 1), 0.05 for 1,024: somewhat more than the root mean square of the cosines of random vectors.
   */
  threshold?: number;
  /** Each moves all rows once. Default: 6. */
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

const weightOfPlace = (_: number, place: number): number => (place === 0 ? 1 : 0.25);

/**
 * Takes noise out of the cosines between the rows of a table of token vectors, whose lengths stay.
 *
 * Many more vectors than dimensions cannot all be orthogonal: the root mean square of their cosines is at least about
 * 1 / sqrt(dimensions) (Welch 1974), and training leaves it far above. Most of it says nothing of the tokens, but adds up
 * in the mean of a long text. Wanted are, for the cosines c there were, their soft thresholds sign(c) max(|c| - t, 0)
 * (Donoho 1995, https://doi.org/10.1109/18.382009), which keep what is likely to mean something. Unit vectors U whose
 * cosines come close to them, H, in the mean square are approached by steps of half of the least squares solution for one
 * side of U Uᵀ: U <- U - 1/2 (U Uᵀ - H) U (UᵀU + m I)^-1 with m the mean eigenvalue of UᵀU, without the diagonal of
 * U Uᵀ - H; after each, rows are scaled to length 1. The first components alone, re-normalised, are to have the same
 * cosines: their steps, by their weights, join those of the whole.
 *
 * The time of a round grows with the square of the rows: about 15 s for 18,432 of 1,024 dimensions on two cores.
 *
 * @param table row-major, `dimensions[0]` values a row; stays as it is. Rows of zeros stay zeros.
 * @param dimensions sizes that vectors can be cut to, largest first (Matryoshka); the first is the width of the table
 * @returns the new table
 * @throws InvalidArgumentError for a table of no whole rows or with values that are not finite, and for sizes and options
 *   outside of their ranges
 */
export async function reduceCoherence(
  table: Float32Array,
  dimensions: readonly number[],
  options: CoherenceOptions = {},
): Promise<Float32Array> {
  const levels = matryoshkaLevels(dimensions, options.weights ?? dimensions.map(weightOfPlace));
  const width = (levels[0] as MatryoshkaLevel).dimensions;
  const { others = [], rounds = 6, threads = 1, signal, onProgress } = options;
  const { threshold = Math.min(1, 1.6 / Math.sqrt(width)) } = options;
  requireTables([table, ...others], width);
  requireOptions(threshold, rounds);
  const unit = firstColumns(table, width, width);
  const before = sideBySide([unit, ...others.map((other) => firstColumns(other, width, width))]);
  const residuals = await CosineResiduals.create(before, threshold, levels.length, threads);
  const engine = await MatrixEngine.create(threads);
  const { rows } = unit;
  try {
    for (let round = 1; round <= rounds; round++) {
      const parts = levels.map((level) => firstColumns(rows, width, level.dimensions));
      const products = await residuals.timesRows(parts, signal);
      for (const [place, part] of parts.entries()) {
        const moves = products[place] as Float32Array;
        // On the diagonal a unit row is 1 where 1 - threshold is wanted.
        moves.forEach((move, index) => (moves[index] = move - threshold * (part.rows[index] as number)));
        const inverse = await regularizedInverse(engine, part, signal);
        const steps = await engine.project(moves, new Float64Array(part.columns), inverse, signal);
        moveRows(rows, width, steps, part, rate * (levels[place] as MatryoshkaLevel).weight);
      }
      normalizeRows(new Embeddings(rows, width));
      onProgress?.({ round, rounds });
    }
  } finally {
    await Promise.all([residuals.close(), engine.close()]);
  }
  return withLengthsOf(table, rows, width);
}

/** (UᵀU + m I)^-1, m being the mean eigenvalue of UᵀU; row-major. */
async function regularizedInverse(
  engine: MatrixEngine,
  { rows, columns }: UnitRows,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const values = await engine.gram(rows, new Float64Array(columns), signal);
  const gram = Matrix.from1DArray(columns, columns, values);
  const mean = gram.trace() / columns;
  // Without a row that is not zeros nothing will move.
  if (mean === 0) return values;
  return Float64Array.from(inverse(gram.add(Matrix.eye(columns).mul(mean))).to1DArray());
}

interface PartOfRows extends UnitRows {
  /** Of the first components of each row, before they were scaled to length 1. */
  lengths: Float32Array;
}

/** The first components of each row, scaled to length 1. */
function firstColumns(table: Float32Array, width: number, columns: number): PartOfRows {
  const { data } = truncateDimensions(new Embeddings(table, width), columns);
  const rows = data === table ? data.slice() : data;
  const lengths = new Float32Array(table.length / width);
  for (let row = 0; row < lengths.length; row++)
    lengths[row] = Math.hypot(...rows.subarray(row * columns, (row + 1) * columns));
  normalizeRows(new Embeddings(rows, columns));
  return { rows, columns, lengths };
}

/** Takes the steps of the first columns, which are of length 1 there, in rows where they are shorter. */
function moveRows(
  rows: Float32Array,
  width: number,
  steps: Float32Array,
  { columns, lengths }: PartOfRows,
  factor: number,
): void {
  for (let row = 0; row < lengths.length; row++) {
    const scale = factor * (lengths[row] as number);
    for (let column = 0; column < columns; column++) {
      const index = row * width + column;
      rows[index] = (rows[index] as number) - scale * (steps[row * columns + column] as number);
    }
  }
}

/** The rows of k tables behind each other, by 1 / sqrt(k): dot products are then the means of theirs. */
function sideBySide(tables: readonly UnitRows[]): UnitRows {
  const { rows: first, columns: width } = tables[0] as UnitRows;
  const columns = tables.length * width;
  const factor = 1 / Math.sqrt(tables.length);
  const rows = new Float32Array(tables.length * first.length);
  tables.forEach((table, place) => {
    for (let index = 0; index < first.length; index++) {
      const column = index % width;
      rows[((index - column) / width) * columns + place * width + column] =
        factor * (table.rows[index] as number);
    }
  });
  return { rows, columns };
}

/** Rows of the given directions and of the lengths of the table's. */
function withLengthsOf(table: Float32Array, rows: Float32Array, dimensions: number): Float32Array {
  for (let start = 0; start < rows.length; start += dimensions) {
    const length = Math.hypot(...table.subarray(start, start + dimensions));
    for (let index = start; index < start + dimensions; index++)
      rows[index] = length * (rows[index] as number);
  }
  return rows;
}

function requireTables(tables: readonly Float32Array[], dimensions: number): void {
  const [first] = tables as [Float32Array];
  if (first.length % dimensions !== 0)
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
