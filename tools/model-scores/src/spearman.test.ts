import { describe, expect, it } from "vitest";
import { averageRanks, spearman } from "./spearman.js";

describe("spearman", () => {
  it("gives the value of scipy's documentation, ties included", () => {
    // scipy.stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]): statistic=0.8207826816681233
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  });

  it("is 1 - 6 sum d² / n(n² - 1) without ties, and looks at ranks only", () => {
    // d = [0, 1, -1, 0]: 1 - 6 * 2 / (4 * 15)
    expect(spearman([1, 2, 3, 4], [10, 300, 20, 4000])).toBeCloseTo(0.8, 12);
    expect(spearman([1, 2, 3], [-8, -4, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  });

  it("refuses lists of different lengths", () => {
    expect(() => spearman([1, 2], [1])).toThrow(RangeError);
  });
});

describe("averageRanks", () => {
  it("shares the ranks of equal values", () => {
    expect(Array.from(averageRanks([0.5, 0.1, 0.5, 0.9, 0.5]))).toEqual([3, 1, 3, 5, 3]);
  });
});
