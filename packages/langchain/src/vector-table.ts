import { Embeddings, InvalidArgumentError, type Vector } from "@kokeshi/core";

/** A growing matrix of float32 rows in one array: twice the room each time it is full. */
export class VectorTable {
  private data = new Float32Array(0);
  private dimensions: number | undefined;
  private count = 0;

  get rows(): number {
    return this.count;
  }

  /** Throws InvalidArgumentError unless the vector is finite and as long as the rows already here. */
  check(vector: Vector, what: string): void {
    const expected = this.dimensions ?? vector.length;
    if (vector.length !== expected || expected === 0) {
      throw new InvalidArgumentError({
        part: "langchain",
        problem: `${what} has ${vector.length} dimensions where ${expected || "at least 1"} were expected`,
        remedy: "embed queries and documents with the same model and the same `dimensions`",
      });
    }
    for (let i = 0; i < vector.length; i++) {
      if (Number.isFinite(vector[i])) continue;
      throw new InvalidArgumentError({
        part: "langchain",
        problem: `component ${i} of ${what} is ${vector[i]}`,
        remedy: "pass finite numbers",
      });
    }
  }

  append(vector: Vector): void {
    this.dimensions ??= vector.length;
    const start = this.count * this.dimensions;
    if (start + this.dimensions > this.data.length) {
      const grown = new Float32Array(Math.max(16 * this.dimensions, 2 * this.data.length));
      grown.set(this.data);
      this.data = grown;
    }
    this.data.set(vector, start);
    this.count++;
  }

  replace(row: number, vector: Vector): void {
    this.matrix().row(row).set(vector);
  }

  /** Keeps the rows at `kept` (ascending), in order. */
  keep(kept: readonly number[]): void {
    const dimensions = this.dimensions ?? 0;
    kept.forEach((from, to) =>
      this.data.copyWithin(to * dimensions, from * dimensions, (from + 1) * dimensions),
    );
    this.count = kept.length;
    if (this.count > 0) return;
    this.dimensions = undefined;
    this.data = new Float32Array(0);
  }

  /** A view of all rows. */
  matrix(): Embeddings {
    const dimensions = this.dimensions ?? 1;
    return new Embeddings(this.data.subarray(0, this.count * dimensions), dimensions);
  }

  /** A copy of the rows at `indices`, in that order. */
  gather(indices: readonly number[]): Embeddings {
    const all = this.matrix();
    const picked = Embeddings.zeros(indices.length, all.dimensions);
    indices.forEach((index, row) => picked.row(row).set(all.row(index)));
    return picked;
  }
}
