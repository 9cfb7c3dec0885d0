import { expect, it } from "vitest";
import { agreementOf } from "./agreement.js";
import { fingerprints } from "./contestants/fingerprints.js";

it("counts the texts with other ids, over all passes", () => {
  const ours = [fingerprints([[1, 2], [3]]), fingerprints([[], [4]])];
  const theirs = [fingerprints([[1, 2], [3]]), fingerprints([[0], [4]])];
  expect(agreementOf(ours, theirs)).toEqual({ kind: "ids", texts: 4, differing: 1 });
});

it("tells ids in another order, and zeros at the end, apart", () => {
  const [forward, backward, longer] = fingerprints([
    [1, 2],
    [2, 1],
    [1, 2, 0],
  ]);
  expect(new Set([forward, backward, longer]).size).toBe(3);
});

it("finds the largest difference between vectors, and a NaN", () => {
  const ours = [Float32Array.of(0.5, 0.25), Float32Array.of(1, 1)];
  expect(agreementOf(ours, [Float32Array.of(0.5, 0.5), Float32Array.of(1, 0.875)])).toEqual({
    kind: "vectors",
    largestDifference: 0.25,
  });
  expect(agreementOf(ours, [Float32Array.of(0.5, NaN), Float32Array.of(1, 1)])).toEqual({
    kind: "vectors",
    largestDifference: NaN,
  });
});

it("does not compare answers for different texts", () => {
  expect(() => agreementOf([fingerprints([[1]])], [fingerprints([])])).toThrow("same texts");
});
