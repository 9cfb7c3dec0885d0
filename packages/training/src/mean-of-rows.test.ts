import { describe, expect, it } from "vitest";
import { meanOfRows, SparseGradient } from "./mean-of-rows.js";
import { createNormalRandom, createRandom } from "./random.js";
import type { WeighedTokens } from "@kokeshi/static-model";

const tokens: WeighedTokens = {
  ids: Uint32Array.of(0, 2, 2, 3, 1),
  // Text 0: [0, 2], text 1: none, text 2: [2, 3, 1]
  starts: Uint32Array.of(0, 2, 2, 5),
};
const weighed: WeighedTokens = { ...tokens, weights: Float32Array.of(1, 3, 2, 1, 1) };

describe("meanOfRows", () => {
  it("averages the rows of the tokens, repetitions included, and gives zeros for no tokens", () => {
    const table = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
    const out = new Float32Array(6).fill(9);
    meanOfRows(table, 2, tokens, Uint32Array.of(2, 1, 0), out);
    expect(Array.from(out)).toEqual([3, 30, 0, 0, 2, 20]);
  });

  it("weighs them", () => {
    const table = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
    const out = new Float32Array(6).fill(9);
    meanOfRows(table, 2, weighed, Uint32Array.of(2, 1, 0), out);
    expect(Array.from(out)).toEqual([3, 30, 0, 0, 2.5, 25]);
  });
});

describe("SparseGradient", () => {
  it.each([
    ["mean", tokens],
    ["weighted mean", weighed],
  ])("is the gradient of finite differences through the %s", (_, batch) => {
    const dimensions = 3;
    const normal = createNormalRandom(createRandom(1));
    const table = Float32Array.from({ length: 4 * dimensions }, normal);
    const slopes = Float32Array.from({ length: 3 * dimensions }, normal);
    const texts = Uint32Array.of(0, 1, 2);
    /** A linear function of the means, so that differences are exact but for rounding. */
    const value = (moved: Float32Array): number => {
      const out = new Float32Array(3 * dimensions);
      meanOfRows(moved, dimensions, batch, texts, out);
      return out.reduce((sum, x, index) => sum + x * (slopes[index] as number), 0);
    };
    const gradient = new SparseGradient(4, dimensions);
    gradient.addMeanGradient(batch, texts, slopes);
    table.forEach((x, k) => {
      const up = table.slice();
      const down = table.slice();
      up[k] = x + 0.5;
      down[k] = x - 0.5;
      expect(gradient.values[k]).toBeCloseTo(value(up) - value(down), 4);
    });
  });

  it("knows the rows it touched, and forgets them", () => {
    const gradient = new SparseGradient(4, 1);
    gradient.addMeanGradient(tokens, Uint32Array.of(0, 1), Float32Array.of(1, 1));
    expect(Array.from(gradient.touchedRows.subarray(0, gradient.touchedCount))).toEqual([0, 2]);
    gradient.clear();
    expect(gradient.touchedCount).toBe(0);
    expect(gradient.values.every((x) => x === 0)).toBe(true);
    gradient.addMeanGradient(tokens, Uint32Array.of(2), Float32Array.of(3));
    expect(Array.from(gradient.values)).toEqual([0, 1, 1, 1]);
  });
});
