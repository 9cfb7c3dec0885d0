import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKernelsSync, type RaggedIds, type TokenTableParts } from "../src/index.js";
import { dimensions, float32Array, int8Array, ordinaryArray, raggedIds, weightedIds } from "./arbitraries.js";
import { bothEngines, onBoth } from "./both-engines.js";

const rows = 9;

/** Tables of every form: with and without shared rows and factors. */
const parts = (columns: number, form: "float32" | "int8", values = float32Array(rows * columns)) =>
  fc
    .record({
      values: form === "int8" ? int8Array(rows * columns) : values,
      rowOf: fc.option(fc.array(fc.nat(rows - 1), { minLength: rows, maxLength: rows }), { nil: undefined }),
      factors: fc.option(ordinaryArray(rows), { nil: undefined }),
    })
    .map((record): TokenTableParts => ({
      ...record,
      dimensions: columns,
      rowOf: record.rowOf && Uint32Array.from(record.rowOf),
    }));

/** The definition, in float64. */
function meansByDefinition(
  { values, dimensions, rowOf, factors }: TokenTableParts,
  { ids, starts, weights }: RaggedIds,
) {
  const means: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    const tokens = [...ids.subarray(starts[row], starts[row + 1])];
    const ofRow = tokens.map((_, index) => weights?.[(starts[row] as number) + index] ?? 1);
    const total = ofRow.reduce((sum, weight) => sum + weight, 0);
    for (let column = 0; column < dimensions; column++) {
      const terms = tokens.map((token, index) => {
        const value = values[(rowOf?.[token] ?? token) * dimensions + column] as number;
        return (ofRow[index] as number) * (factors?.[token] ?? 1) * value;
      });
      means.push(tokens.length === 0 ? 0 : terms.reduce((sum, term) => sum + term, 0) / total);
    }
  }
  return means;
}

describe.each(["float32", "int8"] as const)("gatherMeans over a table of %s", (form) => {
  it("gives the same bits in WebAssembly and JavaScript", () => {
    const cases = dimensions.chain((columns) =>
      fc.tuple(parts(columns, form), weightedIds(rows), fc.boolean()),
    );
    fc.assert(
      fc.property(cases, ([table, batch, normalize]) => {
        onBoth((kernels) => kernels.createTokenTable(table).gatherMeans(batch, { normalize }));
      }),
    );
  });

  it("is the mean of the definition, to a few units in the last place of the terms", () => {
    const cases = dimensions.chain((columns) =>
      fc.tuple(parts(columns, form, ordinaryArray(rows * columns)), weightedIds(rows)),
    );
    fc.assert(
      fc.property(cases, ([table, batch]) => {
        const means = createKernelsSync().createTokenTable(table).gatherMeans(batch);
        const expected = meansByDefinition(table, batch);
        expect(means.length).toBe(expected.length);
        const greatest =
          Math.max(...table.values.map(Math.abs), 0) * Math.max(...(table.factors ?? [1]).map(Math.abs));
        means.forEach((mean, index) => {
          expect(Math.abs(mean - (expected[index] as number))).toBeLessThanOrEqual(32 * 2 ** -24 * greatest);
        });
      }),
    );
  });
});

describe("gatherMeans", () => {
  const table: TokenTableParts = { values: Float32Array.of(1, 2, 3, 4, 5, 6), dimensions: 2 };

  it("averages tokens, gives zeros for no tokens, and fills what it is given", () => {
    const out = new Float32Array(6);
    const batch = { ids: Uint32Array.of(0, 2, 1), starts: Uint32Array.of(0, 2, 2, 3) };
    const means = onBoth((kernels) => kernels.createTokenTable(table).gatherMeans(batch));
    expect([...means]).toEqual([3, 4, 0, 0, 3, 4]);
    expect(createKernelsSync().createTokenTable(table).gatherMeans(batch, { out })).toBe(out);
    expect([...out]).toEqual([3, 4, 0, 0, 3, 4]);
  });

  it("takes no rows at all, and starts that do not begin with 0", () => {
    const none = { ids: new Uint32Array(0), starts: Uint32Array.of(0) };
    expect(onBoth((kernels) => kernels.createTokenTable(table).gatherMeans(none)).length).toBe(0);
    const later = { ids: Uint32Array.of(9, 9, 1, 9), starts: Uint32Array.of(2, 3) };
    expect([...onBoth((kernels) => kernels.createTokenTable(table).gatherMeans(later))]).toEqual([3, 4]);
  });

  it("is exact where the factors are whole multiples of a power of two", () => {
    const int8: TokenTableParts = {
      values: Int8Array.of(-128, 127, 5, 0),
      dimensions: 2,
      factors: Float32Array.of(3 / 1024, 20_000 / 1024),
    };
    const batch = { ids: Uint32Array.of(0, 1), starts: Uint32Array.of(0, 2) };
    const means = onBoth((kernels) => kernels.createTokenTable(int8).gatherMeans(batch));
    expect([...means]).toEqual([(-128 * 3 + 5 * 20_000) / 2048, (127 * 3) / 2048]);
  });

  it("gives the same bits with weights of 1 as without", () => {
    const cases = dimensions.chain((columns) => fc.tuple(parts(columns, "int8"), raggedIds(rows)));
    fc.assert(
      fc.property(cases, ([parts, batch]) => {
        const tokens = createKernelsSync().createTokenTable(parts);
        const weights = new Float32Array(batch.ids.length).fill(1);
        expect(tokens.gatherMeans({ ...batch, weights })).toEqual(tokens.gatherMeans(batch));
      }),
    );
  });

  it.each([
    ["float32", Float32Array.of(1, 2, 3, 4, 5, 6)],
    ["int8", Int8Array.of(1, 2, 3, 4, 5, 6)],
  ])("weighs the tokens of %s", (_, values) => {
    const batch = {
      ids: Uint32Array.of(0, 2, 1),
      starts: Uint32Array.of(0, 2, 3),
      weights: Float32Array.of(3, 1, 0.25),
    };
    const means = onBoth((kernels) => kernels.createTokenTable({ values, dimensions: 2 }).gatherMeans(batch));
    expect([...means]).toEqual([2, 3, 3, 4]);
  });

  it("does not overflow on texts of many equal extremes", () => {
    const int8: TokenTableParts = { values: new Int8Array(16).fill(-128), dimensions: 16 };
    const batch = { ids: new Uint32Array(100_000), starts: Uint32Array.of(0, 100_000) };
    const means = onBoth((kernels) => kernels.createTokenTable(int8).gatherMeans(batch));
    for (const mean of means) expect(Math.abs(mean + 128)).toBeLessThan(1e-3);
  });

  it("weighs a text of any length", () => {
    const int8: TokenTableParts = { values: new Int8Array(16).fill(100), dimensions: 16 };
    const ids = new Uint32Array(300_000);
    const weights = new Float32Array(ids.length).fill(1.5);
    const batch = { ids, starts: Uint32Array.of(0, ids.length), weights };
    const means = onBoth((kernels) => kernels.createTokenTable(int8).gatherMeans(batch));
    for (const mean of means) expect(Math.abs(mean - 100)).toBeLessThan(1e-2);
  });

  it("grows its memory for batches and tables, and keeps earlier tables", () => {
    const ids = Uint32Array.from({ length: 300_000 }, (_, index) => index % 3);
    const batch = { ids, starts: Uint32Array.of(0, 1, ids.length) };
    const means = onBoth((kernels) => {
      const first = kernels.createTokenTable(table);
      kernels.createFloat32Vectors(256, 2000);
      return first.gatherMeans(batch);
    });
    expect([...means.subarray(0, 2)]).toEqual([1, 2]);
    expect(means[2]).toBeCloseTo(3, 3);
  });

  it("gives a text the same bits in any batch", () => {
    const cases = dimensions.chain((columns) => fc.tuple(parts(columns, "int8"), weightedIds(rows)));
    fc.assert(
      fc.property(cases, ([parts, { ids, starts, weights }]) => {
        const tokens = createKernelsSync().createTokenTable(parts);
        const together = tokens.gatherMeans({ ids, starts, weights });
        for (let row = 0; row + 1 < starts.length; row++) {
          const alone = tokens.gatherMeans({ ids, starts: starts.slice(row, row + 2), weights });
          expect(alone).toEqual(together.slice(row * parts.dimensions, (row + 1) * parts.dimensions));
        }
      }),
    );
  });

  it.each([
    ["an id out of range", [0, 3], [0, 2], undefined, /ids\[1\] is 3, but the table has 3 tokens/],
    ["an id far out of range", [4294967295], [0, 1], undefined, /ids\[0\] is 4294967295/],
    ["starts that fall", [0, 1], [0, 2, 1], undefined, /starts\[2\] is 1 after 2/],
    ["starts beyond the ids", [0, 1], [0, 3], undefined, /starts\[1\] is 3/],
    ["no starts", [], [], undefined, /starts is empty/],
    ["out of another length", [0], [0, 1], new Float32Array(3), /out has 3 elements/],
  ])("refuses %s", (_, ids, starts, out, message) => {
    for (const kernels of bothEngines()) {
      const batch = { ids: Uint32Array.from(ids), starts: Uint32Array.from(starts) };
      const call = () => kernels.createTokenTable(table).gatherMeans(batch, { out });
      expect(call).toThrow(expect.objectContaining({ name: "KernelsError", code: "invalid-argument" }));
      expect(call).toThrow(message);
    }
  });

  it.each([
    ["too few weights", [1], /1 weights for 2 ids/],
    ["a weight of 0", [1, 0], /weights\[1\] is 0/],
    ["a weight below 0", [-1, 1], /weights\[0\] is -1/],
    ["a weight that is not finite", [1, Infinity], /weights\[1\] is Infinity/],
    ["a weight that is no number", [1, NaN], /weights\[1\] is NaN/],
  ])("refuses %s", (_, weights, message) => {
    const batch = {
      ids: Uint32Array.of(0, 1),
      starts: Uint32Array.of(0, 2),
      weights: Float32Array.from(weights),
    };
    expect(() => createKernelsSync().createTokenTable(table).gatherMeans(batch)).toThrow(message);
  });

  it.each<[string, Partial<TokenTableParts>, RegExp]>([
    ["half a row", { dimensions: 4 }, /6 values are no rows of 4/],
    ["no dimensions", { dimensions: 0 }, /6 values are no rows of 0|a row of 0/],
    ["too few factors", { factors: new Float32Array(2) }, /2 factors for 3 tokens/],
    ["a row that is not there", { rowOf: Uint32Array.of(0, 3) }, /rowOf\[1\] is 3/],
    [
      "factors that are not finite",
      { values: new Int8Array(6), factors: Float32Array.of(1, NaN, 1) },
      /factors\[1\] is NaN/,
    ],
  ])("refuses a table with %s", (_, change, message) => {
    expect(() => createKernelsSync().createTokenTable({ ...table, ...change })).toThrow(message);
  });
});
