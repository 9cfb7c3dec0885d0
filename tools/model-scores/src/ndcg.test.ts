import { describe, expect, it } from "vitest";
import { ndcg } from "./ndcg.js";

describe("ndcg", () => {
  it("gives the worked example of the encyclopedia", () => {
    // https://en.wikipedia.org/wiki/Discounted_cumulative_gain: DCG 6.861, ideal DCG 8.740, nDCG 0.785
    const grades = new Map(Object.entries({ d1: 3, d2: 2, d3: 3, d4: 0, d5: 1, d6: 2, d7: 3, d8: 2 }));
    expect(ndcg(["d1", "d2", "d3", "d4", "d5", "d6"], grades, 6)).toBeCloseTo(6.861 / 8.74, 3);
  });

  it("is 1 / log2(rank + 1) for one relevant document, and 0 beyond the depth", () => {
    const grades = new Map([["right", 1]]);
    expect(ndcg(["right", "a"], grades, 10)).toBe(1);
    expect(ndcg(["a", "b", "right"], grades, 10)).toBeCloseTo(0.5, 12);
    expect(ndcg(["a", "b", "right"], grades, 2)).toBe(0);
    expect(ndcg(["a"], new Map(), 10)).toBe(0);
  });
});
