import { InvalidArgumentError } from "./errors.js";

/**
 * A matrix of embeddings: `rows` vectors of `dimensions` float32 components, row-major in one `Float32Array`.
 * Iterating yields one `Float32Array` view a row; nothing is copied.
 */
export class Embeddings implements Iterable<Float32Array> {
  readonly rows: number;

  constructor(
    /** Row-major components, length `rows * dimensions`. */
    readonly data: Float32Array,
    readonly dimensions: number,
  ) {
    if (!Number.isInteger(dimensions) || dimensions < 1 || data.length % dimensions !== 0) {
      throw new InvalidArgumentError({
        part: "core",
        problem: `${data.length} components do not divide into rows of ${dimensions} dimensions`,
        remedy: "pass a Float32Array of rows * dimensions components",
      });
    }
    this.rows = data.length / dimensions;
  }

  static zeros(rows: number, dimensions: number): Embeddings {
    return new Embeddings(new Float32Array(rows * dimensions), dimensions);
  }

  /** Copies vectors of equal length into one matrix. An empty list needs `dimensions`. */
  static from(vectors: readonly ArrayLike<number>[], dimensions = vectors[0]?.length ?? 0): Embeddings {
    const matrix = Embeddings.zeros(vectors.length, dimensions);
    vectors.forEach((vector, index) => {
      if (vector.length !== dimensions) {
        throw new InvalidArgumentError({
          part: "core",
          problem: `vector ${index} has ${vector.length} dimensions where ${dimensions} were expected`,
          remedy: "pass vectors of equal length",
        });
      }
      matrix.data.set(vector, index * dimensions);
    });
    return matrix;
  }

  /** A view of one row; writing to it writes to the matrix. */
  row(index: number): Float32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.rows) {
      throw new InvalidArgumentError({
        part: "core",
        problem: `row ${index} does not exist in a matrix of ${this.rows} rows`,
        remedy: "use an index from 0 to rows - 1",
      });
    }
    return this.data.subarray(index * this.dimensions, (index + 1) * this.dimensions);
  }

  *[Symbol.iterator](): IterableIterator<Float32Array> {
    for (let index = 0; index < this.rows; index++) yield this.row(index);
  }

  /** The first component that is NaN or infinite; `undefined` where all are finite. */
  findNonFinite(): { row: number; column: number; value: number } | undefined {
    if (areFinite(this.data)) return undefined;
    const index = this.data.findIndex((component) => !Number.isFinite(component));
    const row = Math.floor(index / this.dimensions);
    return { row, column: index % this.dimensions, value: this.data[index] as number };
  }

  /** Copies into plain arrays, for ecosystems that ask for `number[][]`. */
  toArrays(): number[][] {
    return Array.from(this, (row) => Array.from(row));
  }
}

/** Without a branch for each: the exponent of NaN and infinity is all ones, and one more carries into the sign. */
function areFinite({ buffer, byteOffset, length }: Float32Array): boolean {
  const bits = new Int32Array(buffer, byteOffset, length);
  let carried = 0;
  for (let index = 0; index < length; index++) carried |= ((bits[index] as number) & 0x7f800000) + 0x00800000;
  return carried >= 0;
}
