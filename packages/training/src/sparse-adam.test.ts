import { describe, expect, it } from "vitest";
import { SparseGradient } from "./mean-of-rows.js";
import { SparseAdam } from "./sparse-adam.js";

describe("SparseAdam", () => {
  it("follows the published recurrence on touched rows and leaves the others alone", () => {
    const table = Float32Array.of(1, -1, 5, 5);
    const adam = new SparseAdam(table);
    const expected = [1, -1];
    const first = [0, 0];
    const second = [0, 0];
    const gradients = [
      [0.5, -2],
      [0.1, 3],
      [-0.4, 0.2],
    ];
    gradients.forEach((g, index) => {
      const gradient = new SparseGradient(2, 2);
      // One text of one token, 0: the mean's gradient is the row's.
      gradient.addMeanGradient(
        { ids: Uint32Array.of(0), starts: Uint32Array.of(0, 1) },
        Uint32Array.of(0),
        Float32Array.from(g),
      );
      adam.step(gradient, 0.1);
      // Algorithm 1 of Kingma and Ba 2015.
      g.forEach((value, k) => {
        first[k] = 0.9 * (first[k] as number) + 0.1 * value;
        second[k] = 0.999 * (second[k] as number) + 0.001 * value ** 2;
        const unbiasedFirst = (first[k] as number) / (1 - 0.9 ** (index + 1));
        const unbiasedSecond = (second[k] as number) / (1 - 0.999 ** (index + 1));
        expected[k] = (expected[k] as number) - (0.1 * unbiasedFirst) / (Math.sqrt(unbiasedSecond) + 1e-8);
      });
    });
    expect(table[0]).toBeCloseTo(expected[0] as number, 5);
    expect(table[1]).toBeCloseTo(expected[1] as number, 5);
    expect(Array.from(table.subarray(2))).toEqual([5, 5]);
  });
});
