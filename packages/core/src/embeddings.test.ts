import { describe, expect, it } from "vitest";
import { Embeddings } from "./embeddings.js";

describe("Embeddings", () => {
  const matrix = () => new Embeddings(Float32Array.of(1, 2, 3, 4, 5, 6), 3);

  it("knows its shape and gives rows as views", () => {
    const embeddings = matrix();
    expect([embeddings.rows, embeddings.dimensions]).toEqual([2, 3]);
    embeddings.row(1)[0] = 9;
    expect(embeddings.data[3]).toBe(9);
    expect(Array.from(embeddings, (row) => row.length)).toEqual([3, 3]);
    expect(matrix().toArrays()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("copies plain vectors", () => {
    expect(
      Embeddings.from([
        [1, 2],
        [3, 4],
      ]).data,
    ).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(Embeddings.from([], 4).rows).toBe(0);
  });

  it.each([NaN, Infinity, -Infinity])("finds the first %f", (value) => {
    const embeddings = new Embeddings(Float32Array.of(0, -0, 3.4e38, -3.4e38, 1e-45, 1), 3);
    expect(embeddings.findNonFinite()).toBeUndefined();
    for (const index of [5, 4, 3, 0]) {
      embeddings.data[index] = value;
      expect(embeddings.findNonFinite()).toEqual({ row: Math.floor(index / 3), column: index % 3, value });
    }
    expect(Embeddings.zeros(0, 3).findNonFinite()).toBeUndefined();
  });

  it("refuses shapes that do not fit", () => {
    expect(() => new Embeddings(new Float32Array(5), 3)).toThrow(/5 components do not divide into rows of 3/);
    expect(() => new Embeddings(new Float32Array(5), 0)).toThrow(/rows of 0/);
    expect(() => Embeddings.from([[1, 2], [3]])).toThrow(/vector 1 has 1 dimensions where 2/);
    expect(() => matrix().row(2)).toThrow(/row 2 does not exist/);
    expect(() => matrix().row(-1)).toThrow(/row -1 does not exist/);
  });
});
