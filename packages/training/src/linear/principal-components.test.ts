import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { createNormalRandom, createRandom } from "../random.js";
import { fitPrincipalComponents, projectRows } from "./principal-components.js";

const golden = JSON.parse(
  readFileSync(new URL("../distil/fixtures/model2vec-golden.json", import.meta.url), "utf8"),
) as Record<"embeddings" | "mean" | "axes", number[]> &
  Record<"columns" | "dimensions" | "explained", number>;

function randomRows(rows: number, columns: number, seed = 1): Float32Array {
  const normal = createNormalRandom(createRandom(seed));
  return Float32Array.from({ length: rows * columns }, (_, index) => normal() * (1 + (index % columns)) + 2);
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (let index = 0; index < expected.length; index++)
    expect(Math.abs((actual[index] as number) - (expected[index] as number))).toBeLessThan(tolerance);
}

describe("fitPrincipalComponents", () => {
  it("is scikit-learn's PCA", async () => {
    const { mean, axes, explained } = await fitPrincipalComponents(
      Float32Array.from(golden.embeddings),
      golden.columns,
      golden.dimensions,
    );
    expectClose(mean, golden.mean, 1e-12);
    expectClose(axes, golden.axes, 1e-12);
    expect(explained).toBeCloseTo(golden.explained, 12);
  });

  it("gives orthonormal axes and the variances along them, in chunks as in one piece", async () => {
    const [rows, columns] = [5000, 7];
    const values = randomRows(rows, columns);
    const components = await fitPrincipalComponents(values, columns, columns);
    const { axes, variances, explained } = components;
    const products = Array.from({ length: columns ** 2 }, (_, index) => {
      const [a, b] = [Math.floor(index / columns), index % columns];
      let sum = 0;
      for (let k = 0; k < columns; k++)
        sum += (axes[k * columns + a] as number) * (axes[k * columns + b] as number);
      return sum;
    });
    expectClose(
      products,
      products.map((_, index) => (index % (columns + 1) === 0 ? 1 : 0)),
      1e-12,
    );
    expect(explained).toBeCloseTo(1, 12);
    const projected = await projectRows(values, components);
    const squares = new Float64Array(columns);
    projected.forEach(
      (value, index) => (squares[index % columns] = (squares[index % columns] as number) + value ** 2 / rows),
    );
    expectClose(squares, variances, 1e-4);
    expect(Array.from(variances)).toEqual(Array.from(variances).sort((a, b) => b - a));
  });

  it("keeps dot products where nothing is centred and nothing cut", async () => {
    const columns = 6;
    const values = randomRows(9, columns, 2);
    const components = await fitPrincipalComponents(values, columns, columns, { center: false });
    const projected = await projectRows(values, components);
    for (let row = 1; row < 9; row++) {
      const dot = (matrix: Float32Array): number => {
        let sum = 0;
        for (let k = 0; k < columns; k++)
          sum += (matrix[k] as number) * (matrix[row * columns + k] as number);
        return sum;
      };
      expect(dot(projected) / dot(values)).toBeCloseTo(1, 5);
    }
  });

  it("finds the only direction there is", async () => {
    const values = Float32Array.from([1, 2, 2, 2, 4, 4, -1, -2, -2]);
    const { axes, variances, explained } = await fitPrincipalComponents(values, 3, 2);
    expectClose([axes[0], axes[2], axes[4]] as number[], [1 / 3, 2 / 3, 2 / 3], 1e-9);
    expect(variances[1]).toBeCloseTo(0, 9);
    expect(explained).toBeCloseTo(1, 9);
  });

  it("says what is wrong, and stops when told", async () => {
    const fit = (...args: Parameters<typeof fitPrincipalComponents>) => fitPrincipalComponents(...args);
    await expect(fit(new Float32Array(7), 3, 2)).rejects.toThrow(InvalidArgumentError);
    await expect(fit(new Float32Array(0), 3, 2)).rejects.toThrow(InvalidArgumentError);
    await expect(fit(new Float32Array(9), 3, 4)).rejects.toThrow(InvalidArgumentError);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(fit(randomRows(9, 3), 3, 2, { signal })).rejects.toThrow("enough");
  });
});
