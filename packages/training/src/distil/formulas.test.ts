import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitPrincipalComponents, projectRows } from "../linear/principal-components.js";
import { countedProbabilities, sifWeights, weightRows, zipfProbabilities } from "./token-weights.js";
import { cosineDistance, squaredDistance } from "./vector-losses.js";

/** See fixtures/make-model2vec-golden.py. */
const golden = JSON.parse(
  readFileSync(new URL("./fixtures/model2vec-golden.json", import.meta.url), "utf8"),
) as Record<"embeddings" | "probabilities" | "weights" | "result", number[]> &
  Record<"columns" | "dimensions", number>;

describe("weights of tokens", () => {
  it("are Model2Vec's", () => {
    const probabilities = zipfProbabilities(golden.probabilities.length);
    probabilities.forEach((value, index) =>
      expect(value).toBeCloseTo(golden.probabilities[index] as number, 15),
    );
    sifWeights(probabilities).forEach((value, index) =>
      expect(value).toBeCloseTo(golden.weights[index] as number, 15),
    );
  });

  it("multiply what PCA gives: the whole of Model2Vec's formula", async () => {
    const rows = Float32Array.from(golden.embeddings);
    const components = await fitPrincipalComponents(rows, golden.columns, golden.dimensions);
    const table = await projectRows(rows, components);
    weightRows(table, sifWeights(zipfProbabilities(golden.weights.length)));
    table.forEach((value, index) => {
      const expected = golden.result[index] as number;
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * Math.abs(expected) + 1e-12);
    });
  });

  it("count what is there", () => {
    expect(Array.from(countedProbabilities(Float64Array.of(3, 1, 0)))).toEqual([0.75, 0.25, 0]);
    expect(Array.from(countedProbabilities(new Float64Array(2)))).toEqual([0, 0]);
    expect(Array.from(sifWeights(Float64Array.of(0, 1e-4)))).toEqual([1, 0.5]);
  });
});

const vectorPair = fc
  .integer({ min: 1, max: 8 })
  .chain((length) =>
    fc.tuple(
      ...[0, 1].map(() =>
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length }),
      ),
    ),
  ) as fc.Arbitrary<[number[], number[]]>;

describe.each([
  ["squaredDistance", squaredDistance],
  ["cosineDistance", cosineDistance],
])("%s", (_name, loss) => {
  it("has the gradient that finite differences give", () => {
    fc.assert(
      fc.property(vectorPair, ([values, targets]) => {
        fc.pre([values, targets].every((vector) => Math.hypot(...vector) > 0.5));
        const target = Float32Array.from(targets);
        const vector = Float32Array.from(values);
        loss(vector, target, 4);
        const lossAt = (index: number, step: number): number => {
          // float64 inside: the losses only read what they are given as numbers.
          const moved = Float64Array.from(values);
          moved[index] = (moved[index] as number) + step;
          return loss(
            moved as unknown as Float32Array,
            Float64Array.from(targets) as unknown as Float32Array,
            4,
          );
        };
        values.forEach((_, index) => {
          const slope = (lossAt(index, 1e-5) - lossAt(index, -1e-5)) / 2e-5 / 4;
          expect(Math.abs((vector[index] as number) - slope)).toBeLessThan(1e-3 * Math.abs(slope) + 1e-5);
        });
      }),
    );
  });
});

it("vectors of zeros have no direction to learn", () => {
  const zeros = new Float32Array(3);
  expect(cosineDistance(zeros, Float32Array.of(1, 2, 3), 1)).toBe(1);
  const vector = Float32Array.of(1, 2, 3);
  expect(cosineDistance(vector, zeros, 1)).toBe(1);
  expect(Array.from(vector)).toEqual([0, 0, 0]);
});
