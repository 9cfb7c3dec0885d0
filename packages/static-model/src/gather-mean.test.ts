import { expect, it } from "vitest";
import { toFloat32Table, type EmbeddingTable } from "./embedding-table.js";
import { gatherMeans } from "./gather-mean.js";

function means(table: EmbeddingTable, ...rows: number[][]): number[] {
  const starts = [0];
  for (const row of rows) starts.push((starts.at(-1) as number) + row.length);
  const result = new Float32Array(rows.length * table.dimensions);
  gatherMeans(table, Uint32Array.from(rows.flat()), Uint32Array.from(starts), result);
  return Array.from(result);
}

it("averages rows; no tokens give zeros", () => {
  const table = { values: Float32Array.of(1, 2, 3, 4, 5, 6), dimensions: 2, tokens: 3 };
  expect(means(table, [0, 2], [], [1], [1, 1, 0, 0])).toEqual([3, 4, 0, 0, 3, 4, 2, 3]);
});

it("uses int8 values with the factor of each token", () => {
  const table = {
    values: Int8Array.of(10, -20, 100, 127),
    dimensions: 2,
    tokens: 2,
    factors: Float32Array.of(0.5, 0.25),
  };
  expect(means(table, [0], [1], [0, 1])).toEqual([5, -10, 25, 31.75, 15, 10.875]);
});

it("finds the shared rows of a quantized vocabulary", () => {
  const table = {
    values: Float32Array.of(1, 2, 3, 4),
    dimensions: 2,
    tokens: 3,
    rowOf: Uint32Array.of(1, 0, 1),
    factors: Float64Array.of(1, 2, 10),
  };
  expect(means(table, [0], [1], [2, 1])).toEqual([3, 4, 2, 4, 16, 22]);
  expect(Array.from(toFloat32Table(table))).toEqual([3, 4, 2, 4, 30, 40]);
});
