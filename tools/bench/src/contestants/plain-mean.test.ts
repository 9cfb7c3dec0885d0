import { expect, it } from "vitest";
import { plainMeans } from "./plain-mean.js";

it("is the mean of the rows of the tokens, of length 1", () => {
  const model = { tokenizerJson: "", dimensions: 2, table: Float32Array.of(3, 0, 0, 4, 6, 0) };
  expect([...plainMeans(model, [[0, 1], [], [2]])]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, 0, 1, 0]);
});

it("counts repeated tokens less where the model does", () => {
  const model = {
    tokenizerJson: "",
    dimensions: 2,
    table: Float32Array.of(1, 0, 0, 1),
    counts: new Uint32Array(2),
  };
  const [first, second] = plainMeans(model, [[0, 0, 1, 0, 1]]) as unknown as [number, number];
  expect(first / second).toBeCloseTo((1 + Math.log(3)) / (1 + Math.log(2)), 6);
  expect(first * first + second * second).toBeCloseTo(1, 6);
  expect([...model.counts]).toEqual([0, 0]);
});
