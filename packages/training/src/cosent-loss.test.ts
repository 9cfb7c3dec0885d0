import { describe, expect, it } from "vitest";
import { cosentLoss } from "./cosent-loss.js";
import { createNormalRandom, createRandom } from "./random.js";

const dimensions = [8, 4];
const scale = 20;
const scores = [0, 1.5, 1.5, 3, 5, 0, 2.25];

/** The definition: all pairs of pairs. */
function lossByDefinition(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  weights: readonly number[] = [1, 1],
): number {
  const width = dimensions[0] as number;
  return dimensions.reduce((loss, size, level) => {
    const cosines = scores.map((_, row) => {
      const x = Array.from({ length: size }, (_, k) => first[row * width + k] as number);
      const y = Array.from({ length: size }, (_, k) => second[row * width + k] as number);
      return (
        x.reduce((sum, value, k) => sum + value * (y[k] as number), 0) / Math.hypot(...x) / Math.hypot(...y)
      );
    });
    let sum = 1;
    scores.forEach((low, i) =>
      scores.forEach((high, j) => {
        if (low < high) sum += Math.exp(scale * ((cosines[i] as number) - (cosines[j] as number)));
      }),
    );
    return loss + (weights[level] as number) * Math.log(sum);
  }, 0);
}

describe("cosentLoss", () => {
  const normal = createNormalRandom(createRandom(11));
  const first = Float32Array.from({ length: scores.length * 8 }, normal);
  const second = first.map((x) => x + normal());

  it("computes the loss of the definition, ties between scores included", () => {
    const { loss } = cosentLoss(first, second, scores, dimensions, scale);
    expect(loss).toBeCloseTo(lossByDefinition(first, second), 6);
  });

  it.each([
    [1, 1],
    [0.5, 2],
  ])(
    "computes the gradient of finite differences, to 1e-3 relative, with the weights %d, %d",
    (...weights) => {
      const { loss, firstGradient, secondGradient } = cosentLoss(
        first,
        second,
        scores,
        dimensions,
        scale,
        weights,
      );
      expect(loss).toBeCloseTo(lossByDefinition(first, second, weights), 6);
      const step = 1e-6;
      const sides = [Float64Array.from(first), Float64Array.from(second)] as const;
      const differences = sides.map((side) =>
        Float64Array.from(side, (x, k) => {
          const [above, below] = [x + step, x - step].map((value) => {
            side[k] = value;
            return lossByDefinition(...sides, weights);
          }) as [number, number];
          side[k] = x;
          return (above - below) / (2 * step);
        }),
      );
      const largest = Math.max(...differences.flatMap((side) => [...side].map(Math.abs)));
      [firstGradient, secondGradient].forEach((gradient, side) =>
        gradient.forEach((actual, k) => {
          const expected = differences[side]?.[k] as number;
          expect(Math.abs(actual - expected)).toBeLessThan(1e-3 * Math.abs(expected) + 1e-5 * largest);
        }),
      );
    },
  );

  it("is 0 with gradients of 0 where all scores are equal, and for vectors of zeros, which have no direction", () => {
    const equal = cosentLoss(first, second, new Float32Array(scores.length), dimensions, scale);
    expect(equal.loss).toBe(0);
    expect(equal.firstGradient.every((x) => Math.abs(x) === 0)).toBe(true);
    const zeros = cosentLoss(new Float32Array(first.length), second, scores, dimensions, scale);
    expect(Number.isFinite(zeros.loss)).toBe(true);
    expect(zeros.firstGradient.every((x) => Math.abs(x) === 0)).toBe(true);
    expect(zeros.secondGradient.every((x) => Math.abs(x) === 0)).toBe(true);
  });
});
