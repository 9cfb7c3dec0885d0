import { describe, expect, it } from "vitest";
import { pairSource } from "../pair-source.js";
import type { TokenRows } from "../token-rows.js";
import { retrievalOfPairs } from "./retrieval-of-pairs.js";
import { spearmanOfGrades } from "./spearman-of-grades.js";

/** Texts of one token each. */
const words = (...ids: number[]): TokenRows => ({
  ids: Uint32Array.from(ids),
  starts: Uint32Array.from({ length: ids.length + 1 }, (_, index) => index),
});

/** Token t points at an angle of t degrees. */
const angles = Float32Array.from({ length: 2 * 360 }, (_, k) =>
  (k % 2 === 0 ? Math.cos : Math.sin)((Math.PI * Math.floor(k / 2)) / 180),
);

/** Text 0 lies at 51 degrees, or at 44 where repeated tokens count less; text 1 lies at 45. */
const repetitive: TokenRows = {
  ids: Uint32Array.of(60, 60, 60, 60, 60, 0, 45),
  starts: Uint32Array.of(0, 6, 7),
};

describe("spearmanOfGrades", () => {
  const score = (angle: number[], grades: number[]): number =>
    spearmanOfGrades({
      name: "grades",
      pairs: grades.length,
      first: words(...grades.map(() => 0)),
      second: words(...angle),
      scores: Float32Array.from(grades),
    })(angles, 2);

  it("is 1 where smaller angles have greater grades, and -1 the other way round", () => {
    expect(score([10, 50, 30, 70], [9, 2, 3, -1])).toBeCloseTo(1);
    expect(score([10, 50, 30, 70], [1, 3, 2, 4])).toBeCloseTo(-1);
  });

  it("gives ties the mean of their ranks, as scipy.stats.spearmanr([4, 2, 3, 1], [1, 1, 0, 0]) does", () => {
    expect(score([10, 50, 30, 70], [1, 1, 0, 0])).toBeCloseTo(0.4472135954999579, 12);
  });

  it("goes by the vectors of the term frequency", () => {
    const scores = Float32Array.of(1, 2);
    const source = { name: "grades", pairs: 2, first: words(0, 0), second: repetitive, scores };
    expect(spearmanOfGrades(source)(angles, 2)).toBeCloseTo(1);
    expect(spearmanOfGrades(source, "sublinear")(angles, 2)).toBeCloseTo(-1);
  });

  it("is 0 where all grades are equal", () => {
    expect(score([10, 50, 30], [1, 1, 1])).toBe(0);
  });
});

describe("retrievalOfPairs", () => {
  it("goes by the vectors of the term frequency", async () => {
    const source = pairSource("pairs", words(0, 180), repetitive);
    expect(await retrievalOfPairs(source)(angles, 2)).toMatchObject({ accuracy: 0 });
    expect(await retrievalOfPairs(source, "sublinear")(angles, 2)).toMatchObject({ accuracy: 1 });
  });

  it("looks for each positive among all, equal ones taken as one", async () => {
    // Anchors at 0, 100, 200 and 250 degrees, positives at 5, 130, 130 and 110: the nearest to 100 is 110, then 130.
    const source = pairSource("pairs", words(0, 100, 200, 250), words(5, 130, 130, 110));
    expect(await retrievalOfPairs(source)(angles, 2)).toEqual({
      accuracy: 2 / 4,
      // 250 is nearest to 5 (115 degrees), then to 130 (120), then to 110 (140).
      meanReciprocalRank: (1 + 1 / 2 + 1 + 1 / 3) / 4,
    });
  });
});
