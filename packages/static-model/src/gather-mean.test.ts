import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toFloat32Table, type EmbeddingTable } from "./embedding-table.js";
import { gatherMeans } from "./gather-mean.js";
import { createTokenMeans } from "./token-means.js";

function ragged(rows: readonly (readonly number[])[]) {
  const starts = [0];
  for (const row of rows) starts.push((starts.at(-1) as number) + row.length);
  return { ids: Uint32Array.from(rows.flat()), starts: Uint32Array.from(starts) };
}

/** As the model computes them, and as the loop in JavaScript does. */
async function meansOf(table: EmbeddingTable, rows: readonly (readonly number[])[], normalize = false) {
  const tokens = ragged(rows);
  const placed = new Float32Array(rows.length * table.dimensions);
  (await createTokenMeans(table)).gather(tokens, normalize, placed);
  const plain = new Float32Array(placed.length);
  gatherMeans(table, tokens, normalize, plain);
  return { placed: Array.from(placed), plain: Array.from(plain) };
}

describe("means of token embeddings", () => {
  it("are of rows; no tokens give zeros", async () => {
    const table = { values: Float32Array.of(1, 2, 3, 4, 5, 6), dimensions: 2, tokens: 3 };
    const expected = [3, 4, 0, 0, 3, 4, 2, 3];
    const rows = [[0, 2], [], [1], [1, 1, 0, 0]];
    expect(await meansOf(table, rows)).toEqual({ placed: expected, plain: expected });
  });

  it("take int8 values with the factor of each token", async () => {
    const table = {
      values: Int8Array.of(10, -20, 100, 127),
      dimensions: 2,
      tokens: 2,
      factors: Float32Array.of(0.5, 0.25),
    };
    const expected = [5, -10, 25, 31.75, 15, 10.875];
    expect(await meansOf(table, [[0], [1], [0, 1]])).toEqual({ placed: expected, plain: expected });
  });

  it("find the shared rows of a quantized vocabulary", async () => {
    for (const factors of [Float64Array.of(1, 2, 10), Float32Array.of(1, 2, 10)]) {
      const values = Float32Array.of(1, 2, 3, 4);
      const table = { values, dimensions: 2, tokens: 3, rowOf: Uint32Array.of(1, 0, 1), factors };
      const expected = [3, 4, 2, 4, 16, 22];
      expect(await meansOf(table, [[0], [1], [2, 1]])).toEqual({ placed: expected, plain: expected });
      expect(Array.from(toFloat32Table(await createTokenMeans(table)))).toEqual([3, 4, 2, 4, 30, 40]);
    }
  });

  it("are weighted, in either engine", async () => {
    const forms = [Float32Array.of(1, 2, 3, 4, 5, 6), Int8Array.of(1, 2, 3, 4, 5, 6)];
    const factors = [undefined, Float32Array.of(1, 1, 2), Float64Array.of(1, 1, 2)];
    for (const values of forms) {
      for (const factor of factors) {
        const table = { values, dimensions: 2, tokens: 3, ...(factor && { factors: factor }) };
        const tokens = { ...ragged([[0, 1], [2]]), weights: Float32Array.of(3, 1, 0.5) };
        const placed = new Float32Array(4);
        (await createTokenMeans(table)).gather(tokens, false, placed);
        const plain = new Float32Array(4);
        gatherMeans(table, tokens, false, plain);
        const last = factor === undefined ? 1 : 2;
        expect([...placed]).toEqual([1.5, 2.5, 5 * last, 6 * last]);
        expect([...plain]).toEqual([...placed]);
      }
    }
  });

  it("have length 1 where asked to, and zeros stay", async () => {
    const table = { values: Float32Array.of(3, 4, 0, 0), dimensions: 2, tokens: 2 };
    const { placed, plain } = await meansOf(table, [[0], [1], []], true);
    expect(placed).toEqual([Math.fround(0.6), Math.fround(0.8), 0, 0, 0, 0]);
    expect(plain).toEqual(placed);
  });

  it("keep float64 factors in JavaScript, where sums are float64", async () => {
    const table = {
      values: Float32Array.of(0.1),
      dimensions: 1,
      tokens: 1,
      factors: Float64Array.of(1 / 3),
    };
    const { placed, plain } = await meansOf(table, [Array<number>(512).fill(0)]);
    expect(placed).toEqual(plain);
    expect((await createTokenMeans(table)).shared).toBeUndefined();
  });

  it("are those of exact arithmetic, nearly, in either engine", async () => {
    const dimensions = 5;
    const tokens = 40;
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    const row = fc.array(fc.nat(tokens - 1), { minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: tokens * dimensions, maxLength: tokens * dimensions }),
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: tokens, maxLength: tokens }),
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (numbers, weights, rows, asInt8) => {
          const values = asInt8 ? Int8Array.from(numbers, (x) => x * 60) : Float32Array.from(numbers);
          const factors = Float32Array.from(weights);
          const table = { values, dimensions, tokens, factors };
          const { placed, plain } = await meansOf(table, rows);
          const tolerance = asInt8 ? 1e-3 : 1e-5;
          rows.forEach((ids, index) => {
            for (let column = 0; column < dimensions; column++) {
              const sum = ids.reduce(
                (total, id) => total + (factors[id] as number) * (values[id * dimensions + column] as number),
                0,
              );
              const exact = sum / ids.length;
              const at = index * dimensions + column;
              expect(Math.abs((placed[at] as number) - exact)).toBeLessThan(tolerance);
              expect(Math.abs((plain[at] as number) - exact)).toBeLessThan(tolerance);
            }
          });
        },
      ),
      { numRuns: 50 },
    );
  });
});
