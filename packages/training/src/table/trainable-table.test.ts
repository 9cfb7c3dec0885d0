import { InvalidArgumentError } from "@kokeshi/core";
import type { WeighedTokens } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { meanOfRows, SparseGradient } from "../mean-of-rows.js";
import { createNormalRandom, createRandom } from "../random.js";
import { SparseAdam } from "../sparse-adam.js";
import { TrainableTable } from "./trainable-table.js";

const vocabularySize = 50;

function randomTexts(random: () => number, texts: number, isWeighted = false): WeighedTokens {
  const starts = new Uint32Array(texts + 1);
  const ids: number[] = [];
  for (let text = 0; text < texts; text++) {
    // Some without tokens, some with one token often.
    const length = Math.floor(random() * 9);
    for (let i = 0; i < length; i++) ids.push(Math.floor(random() ** 3 * vocabularySize));
    starts[text + 1] = ids.length;
  }
  return {
    ids: Uint32Array.from(ids),
    starts,
    ...(isWeighted && { weights: Float32Array.from(ids, () => 0.5 + 3 * random()) }),
  };
}

describe("TrainableTable", () => {
  // Whole blocks of 16 columns, four at a time beyond, single ones beyond, and nothing but single ones.
  it.each(
    [32, 20, 21, 2].flatMap((dimensions) => [false, true].map((isWeighted) => ({ dimensions, isWeighted }))),
  )(
    "steps as the plain loops do: $dimensions dimensions, weights: $isWeighted",
    ({ dimensions, isWeighted }) => {
      const random = createRandom(dimensions);
      const normal = createNormalRandom(random);
      const table = TrainableTable.create(vocabularySize, dimensions);
      const values = Float32Array.from({ length: vocabularySize * dimensions }, normal);
      table.values.set(values);
      const gradient = new SparseGradient(vocabularySize, dimensions);
      const adam = new SparseAdam(values);
      for (const texts of [10, 3, 40]) {
        const batch = randomTexts(random, texts, isWeighted);
        const all = Uint32Array.from({ length: texts }, (_, index) => index);
        const expected = new Float32Array(texts * dimensions);
        meanOfRows(values, dimensions, batch, all, expected);
        const pass = table.forward(batch);
        expectClose(pass.vectors, expected);

        const slopes = Float32Array.from(expected, normal);
        pass.vectors.set(slopes);
        pass.backward(0.05);
        gradient.addMeanGradient(batch, all, slopes);
        adam.step(gradient, 0.05);
        gradient.clear();
        expectClose(table.values, values);
      }
    },
  );

  it.each([false, true])(
    "keeps its table where a larger batch needs more memory; weights: %s",
    (isWeighted) => {
      const table = TrainableTable.create(vocabularySize, 4);
      table.values.fill(1.5);
      const { vectors, backward } = table.forward(randomTexts(createRandom(1), 20_000, isWeighted));
      expect(vectors.every((value) => value === 0 || Math.abs(value - 1.5) < 1e-6)).toBe(true);
      vectors.fill(0);
      backward(1);
      expect(table.values.every((value) => value === 1.5)).toBe(true);
    },
  );

  it("refuses a table beyond 4 GiB", () => {
    expect(() => TrainableTable.create(1_000_000, 1024)).toThrow(InvalidArgumentError);
  });
});

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs((actual[index] as number) - value)).toBeLessThan(1e-5);
}
