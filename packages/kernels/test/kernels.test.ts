import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKernelsSync } from "../src/index.js";
import { dimensions, float32Array } from "./arbitraries.js";
import { onBoth } from "./both-engines.js";

describe("normalizeRows", () => {
  const anyFinite = fc.float({ noNaN: true, noDefaultInfinity: true });
  const cases = fc
    .tuple(dimensions, fc.nat(5))
    .chain(([columns, rows]) =>
      fc.tuple(
        fc.constant(columns),
        fc.oneof(float32Array(rows * columns), float32Array(rows * columns, anyFinite)),
      ),
    );

  it("gives the same bits in both engines, and rows of length 1 or zeros", () => {
    fc.assert(
      fc.property(cases, ([columns, values]) => {
        const normalized = onBoth((kernels) => kernels.normalizeRows(values.slice(), columns));
        for (let start = 0; start < values.length; start += columns) {
          const isZero = values.subarray(start, start + columns).every((value) => value === 0);
          const length = Math.hypot(...normalized.subarray(start, start + columns));
          expect(length).toBeCloseTo(isZero ? 0 : 1, 5);
        }
      }),
    );
  });

  it("works in place, on more rows than it takes at a time", () => {
    const values = new Float32Array(3 * 30_000).fill(-2);
    expect(createKernelsSync().normalizeRows(values, 3)).toBe(values);
    expect(values.every((value) => Math.abs(value + 1 / Math.sqrt(3)) < 1e-7)).toBe(true);
  });

  it("refuses half a row", () => {
    expect(() => createKernelsSync().normalizeRows(new Float32Array(3), 2)).toThrow(
      /3 values are no rows of 2/,
    );
  });
});

describe("selectTop", () => {
  const withTies = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float(), fc.constant(NaN));

  it("sorts the k greatest, the earlier of equals first, NaN never, alike in both engines", () => {
    fc.assert(
      fc.property(fc.array(withTies, { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (values, k) => {
        const scores = Float32Array.from(values);
        const { rows, scores: best } = onBoth((kernels) => kernels.selectTop(scores, k));
        const expected = [...scores.keys()]
          .filter((row) => !Number.isNaN(scores[row]))
          .sort((a, b) => {
            const [first, second] = [scores[a] as number, scores[b] as number];
            return first === second ? a - b : second > first ? 1 : -1;
          })
          .slice(0, k);
        expect([...rows]).toEqual(expected);
        expect([...best]).toEqual(expected.map((row) => scores[row]));
      }),
    );
  });

  it("takes int32, the least of them too, and more than lie in the scratch at a time", () => {
    const scores = Int32Array.from({ length: 150_000 }, (_, index) => Math.imul(index, 2654435761));
    scores[100_000] = -(2 ** 31);
    const { rows } = onBoth((kernels) => kernels.selectTop(scores, scores.length));
    const expected = [...scores.keys()].sort(
      (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
    );
    expect([...rows]).toEqual(expected);
  });

  it("finds nothing among nothing", () => {
    expect(onBoth((kernels) => kernels.selectTop(new Float32Array(0), 5)).rows.length).toBe(0);
  });
});
