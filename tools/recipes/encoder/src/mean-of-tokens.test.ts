import { expect, it } from "vitest";
import { meanOfTokens } from "./mean-of-tokens.js";

it("averages the tokens of each text and leaves padding out", () => {
  // Two texts of at most two tokens, three dimensions.
  const states = Float32Array.of(1, 2, 3, 3, 4, 5, 7, 8, 9, 100, 100, 100);
  expect(Array.from(meanOfTokens(states, 2, [2, 1]))).toEqual([2, 3, 4, 7, 8, 9]);
});

it("gives a text without tokens zeros", () => {
  expect(Array.from(meanOfTokens(Float32Array.of(1, 2), 1, [0]))).toEqual([0, 0]);
});
