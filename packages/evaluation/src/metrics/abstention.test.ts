import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confidenceOf, leastSureFirst, normalizedAbstentionArea, type Confidence } from "./abstention.js";
import golden from "./fixtures/abstention.json" with { type: "json" };

const area = (confidences: readonly number[], values: readonly number[]) =>
  normalizedAbstentionArea(leastSureFirst(Float64Array.from(confidences)), Float64Array.from(values));

describe("nAUC, as MTEB and scikit-learn have it", () => {
  it.each(golden.cases)("case %#", ({ runs, confidences, values, naucs }) => {
    for (const name of ["max", "std", "diff1"] as const satisfies (keyof Confidence)[]) {
      const found = runs.map((run) => confidenceOf(run)[name]);
      found.forEach((value, query) => expect(value).toBeCloseTo(confidences[name][query] as number, 12));
      expect(area(confidences[name], values), name).toBeCloseTo(naucs[name], 12);
    }
  });
});

describe("normalizedAbstentionArea", () => {
  it("is 1 for a ranker that knows, 0 for one that knows nothing, below 0 for one that errs", () => {
    const values = Array.from({ length: 100 }, (_, query) => query / 100);
    expect(area(values, values)).toBeCloseTo(1, 12);
    const alternating = values.map((_, query) => query % 2);
    expect(Math.abs(area(values, alternating) ?? NaN)).toBeLessThan(0.05);
    expect(
      area(
        values.map((value) => -value),
        values,
      ),
    ).toBeLessThan(-0.9);
  });

  it("is undefined where all values are the same, whatever they are", () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 40 }), (same, queries) => {
        const values = Array.from({ length: queries }, () => same);
        expect(area(values, values)).toBeUndefined();
      }),
    );
  });

  it("is never above 1", () => {
    const pair = fc.tuple(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 30 }), (pairs) => {
        const found = area(
          pairs.map(([confidence]) => confidence),
          pairs.map(([, value]) => value / 100),
        );
        expect(found ?? 0).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it("gives up first where nothing was found", () => {
    expect(leastSureFirst(Float64Array.of(-1, confidenceOf([]).max, -2))).toEqual(Uint32Array.of(1, 2, 0));
  });
});
