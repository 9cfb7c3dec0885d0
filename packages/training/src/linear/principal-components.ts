import { InvalidArgumentError } from "@kokeshi/core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { MatrixEngine } from "./matrix-engine.js";

export interface PrincipalComponents {
  /** Subtracted from a row before it is projected; zeros where the rows were not centred. */
  mean: Float64Array;
  /** Orthonormal columns: row-major, `mean.length` x `dimensions`. */
  axes: Float64Array;
  dimensions: number;
  /** Mean square of the rows along each axis, in descending order. */
  variances: Float64Array;
  /** Share of the whole variance that lies along the axes, from 0 to 1. */
  explained: number;
}

export interface PrincipalComponentsOptions {
  /**
   * Subtract the mean first: what scikit-learn's PCA does, and so Model2Vec. Without, the axes are those that keep dot
   * products best. Default: true.
   */
  center?: boolean;
  signal?: AbortSignal;
}

/**
 * The directions in which rows vary most: eigenvectors of their covariance matrix, all of them computed, exactly to
 * float64. Of the two directions of an axis it takes the one in which its component of greatest magnitude is positive
 * (scikit-learn's `svd_flip` since 1.5). Memory and time grow with the square and the cube of `columns`: about 10 s at
 * 1,024, during which nothing else runs.
 *
 * @param rows row-major, `columns` values a row; at least one row
 * @param dimensions axes to keep, at most `columns`
 */
export async function fitPrincipalComponents(
  rows: Float32Array,
  columns: number,
  dimensions: number,
  { center = true, signal }: PrincipalComponentsOptions = {},
): Promise<PrincipalComponents> {
  const count = rows.length / columns;
  if (!Number.isInteger(count) || count < 1 || !(dimensions >= 1 && dimensions <= columns)) {
    throw new InvalidArgumentError({
      part: "training",
      problem: `${rows.length} values in rows of ${columns} cannot give ${dimensions} principal components`,
      remedy: "pass at least one whole row, and ask for at most as many components as a row has values",
    });
  }
  const mean = center ? meanRow(rows, columns) : new Float64Array(columns);
  const engine = await MatrixEngine.create();
  let gram: Float64Array;
  try {
    gram = await engine.gram(rows, mean, signal);
  } finally {
    await engine.close();
  }
  signal?.throwIfAborted();
  const covariance = Matrix.from1DArray(columns, columns, gram).mul(1 / count);
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = values.map((_, index) => index).sort((a, b) => (values[b] as number) - (values[a] as number));

  const axes = new Float64Array(columns * dimensions);
  const variances = new Float64Array(dimensions);
  for (let axis = 0; axis < dimensions; axis++) {
    const column = order[axis] as number;
    // Rounding can bring an eigenvalue of 0 below it.
    variances[axis] = Math.max(0, values[column] as number);
    const sign = signOfGreatest(vectors, column);
    for (let row = 0; row < columns; row++) axes[row * dimensions + axis] = sign * vectors.get(row, column);
  }
  const whole = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = variances.reduce((sum, value) => sum + value, 0);
  return { mean, axes, dimensions, variances, explained: whole === 0 ? 1 : Math.min(1, kept / whole) };
}

/** Rows in the coordinates of the axes, rounded to float32. */
export async function projectRows(
  rows: Float32Array,
  { mean, axes }: PrincipalComponents,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const engine = await MatrixEngine.create();
  try {
    return await engine.project(rows, mean, axes, signal);
  } finally {
    await engine.close();
  }
}

/** The mean of rows of `columns` values each. */
export function meanRow(rows: Float32Array, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  for (let start = 0; start < rows.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      mean[column] = (mean[column] as number) + (rows[start + column] as number);
    }
  }
  const count = rows.length / columns;
  return mean.map((sum) => sum / count);
}

function signOfGreatest(vectors: Matrix, column: number): number {
  let greatest = 0;
  for (let row = 0; row < vectors.rows; row++) {
    const value = vectors.get(row, column);
    if (Math.abs(value) > Math.abs(greatest)) greatest = value;
  }
  return greatest < 0 ? -1 : 1;
}
