import { InvalidArgumentError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CandidateScores, fuseScores, type FusionOptions } from "./fuse-scores.js";

const candidates: CandidateScores = { dense: [0.9, 0.5, 0.1], lexical: [0, 6, 3], lexicalBound: 12 };

function fused(options: FusionOptions): number[] {
  return Array.from(fuseScores(candidates, options));
}

describe("fuseScores", () => {
  it("mixes scores brought to 0 … 1", () => {
    const expected = [0.4, 0.6 + 0.2, 0.3];
    fused({}).forEach((score, i) => expect(score).toBeCloseTo(expected[i] as number, 12));
    expect(fused({ lexicalWeight: 0 })).toEqual([1, 0.5, 0]);
    expect(fused({ lexicalWeight: 1 })).toEqual([0, 1, 0.5]);
  });

  it("mixes scores as they are", () => {
    const expected = [0.27, 0.35 + 0.15, 0.175 + 0.03];
    fused({ method: "scores" }).forEach((score, i) => expect(score).toBeCloseTo(expected[i] as number, 12));
  });

  it("mixes ranks, with no rank for what shares no term", () => {
    const expected = [1 / 61, 1 / 61 + 1 / 62, 1 / 62 + 1 / 63];
    fused({ method: "ranks" }).forEach((score, i) =>
      expect(2 * score).toBeCloseTo(expected[i] as number, 12),
    );
  });

  it("gives equal scores the mean of their ranks", () => {
    const scores = { dense: [3, 3, 3, 1], lexical: [0, 0, 0, 0], lexicalBound: 0 };
    const [first, second, third, last] = fuseScores(scores, {
      method: "ranks",
      lexicalWeight: 0,
      rankConstant: 0,
    });
    expect([first, second, third, last]).toEqual([1 / 2, 1 / 2, 1 / 2, 1 / 4]);
  });

  it("is the dense order where no terms are shared", () => {
    for (const method of ["normalized", "scores", "ranks"] as const) {
      const [a, b, c] = fuseScores(
        { dense: [0.2, 0.9, 0.5], lexical: [0, 0, 0], lexicalBound: 0 },
        { method },
      );
      expect(b).toBeGreaterThan(c as number);
      expect(c).toBeGreaterThan(a as number);
    }
  });

  it("never prefers a candidate that both ways like less", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    const pairs = fc.array(fc.tuple(score, score), { minLength: 2, maxLength: 30 });
    const methods = fc.constantFrom("normalized", "scores", "ranks");
    fc.assert(
      fc.property(pairs, methods, score, (list, method, lexicalWeight) => {
        const [dense, lexical] = [list.map(([a]) => a), list.map(([, b]) => b)];
        const scores = fuseScores({ dense, lexical, lexicalBound: 1 }, { method, lexicalWeight });
        expect(scores.every((value) => Number.isFinite(value))).toBe(true);
        list.forEach(([a, b], i) =>
          list.forEach(([c, d], j) => {
            if (a >= c && b >= d) expect(scores[i]).toBeGreaterThanOrEqual((scores[j] as number) - 1e-12);
          }),
        );
      }),
    );
  });

  it("has nothing to fuse without candidates", () => {
    expect(fuseScores({ dense: [], lexical: [], lexicalBound: 0 })).toHaveLength(0);
  });

  it.each([
    [{ method: "sum" as never }, /method of fusion is "sum"/],
    [{ lexicalWeight: 1.1 }, /lexicalWeight is 1.1/],
    [{ lexicalWeight: NaN }, /lexicalWeight is NaN/],
    [{ rankConstant: -1 }, /rankConstant is -1/],
  ])("refuses %j", (options, message) => {
    expect(() => fused(options)).toThrow(InvalidArgumentError);
    expect(() => fused(options)).toThrow(message);
  });
});
