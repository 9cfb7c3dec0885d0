import { expect, it } from "vitest";
import { median, ratioOf } from "./statistics.js";

it("takes the middle value, or the mean of the middle two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
  expect(median([])).toBeNaN();
});

it("compares speeds round by round", () => {
  // A machine that was half as fast in the second round was so for both.
  expect(ratioOf([100, 50, 120], [10, 5, 10])).toEqual({ median: 10, least: 10, greatest: 12 });
});
