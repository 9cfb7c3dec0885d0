import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import entropyThresholds from "../../fixtures/entropy-thresholds.json" with { type: "json" };
import { scaleOfRange } from "../../quantize/activation-scale.js";
import type { Distribution } from "../value-statistics.js";
import { entropyRange } from "./entropy-range.js";
import { percentileRange } from "./percentile-range.js";
import { rangeMethods, rangeOf } from "./range-of.js";
import { squaredError, squaredErrorRange } from "./squared-error-range.js";

/** Counts by a density of x / reach, between -1 and 1. */
function distribution(reach: number, density: (x: number) => number): Distribution {
  const counts = Float64Array.from({ length: 2048 }, (_, bin) => Math.floor(density((bin - 1023.5) / 1024)));
  const filled = Array.from(counts.keys()).filter((bin) => (counts[bin] as number) > 0);
  const minimum = (((filled[0] as number) - 1024) / 1024) * reach;
  const maximum = (((filled.at(-1) as number) - 1023) / 1024) * reach;
  return { minimum, maximum, averageMinimum: minimum / 2, averageMaximum: maximum / 2, counts, reach };
}

const uniform = distribution(2, (x) => (Math.abs(x) < 0.5 ? 1000 : 0));

describe("percentile", () => {
  it("of an even distribution is in its proportion", () => {
    const { minimum, maximum } = percentileRange(uniform, 90);
    expect(minimum).toBeCloseTo(-0.9, 9);
    expect(maximum).toBeCloseTo(0.9, 9);
    expect(percentileRange(uniform, 100)).toEqual({ minimum: -1, maximum: 1 });
  });

  it("of a normal distribution is its quantile", () => {
    const normal = distribution(8, (x) => 1e9 * Math.exp(-((x * 8) ** 2) / 2));
    // scipy.stats.norm.ppf(0.9995), ppf(0.995)
    expect(percentileRange(normal, 99.9).maximum).toBeCloseTo(3.2905, 3);
    expect(percentileRange(normal, 99).minimum).toBeCloseTo(-2.5758, 3);
  });
});

describe("entropy", () => {
  const distributions: Record<keyof typeof entropyThresholds, Distribution> = {
    laplace: distribution(4, (x) => 1e6 * Math.exp(-Math.abs(x) * 30)),
    normal: distribution(4, (x) => 1e6 * Math.exp(-((x * 12) ** 2) / 2)),
    "normal with an outlier": distribution(4, (x) => (x > 0.9995 ? 3 : 1e6 * Math.exp(-((x * 20) ** 2) / 2))),
    uniform: distribution(4, () => 1000),
  };
  for (const [name, bins] of Object.entries(entropyThresholds)) {
    it(`${name}: the threshold of fixtures/entropy-thresholds.py`, () => {
      const example = distributions[name as keyof typeof entropyThresholds];
      const threshold = (bins / 1024) * 4;
      const { minimum, maximum } = entropyRange(example);
      // Smoothing empty bins or not may move it by a bin or two.
      expect(Math.abs(maximum - Math.min(threshold, example.maximum))).toBeLessThan(4 / 256);
      expect(Math.abs(minimum - Math.max(-threshold, example.minimum))).toBeLessThan(4 / 256);
    });
  }
});

describe("mse", () => {
  /** By brute force: real numbers, real bytes. */
  function errorOfElements(elements: Float64Array, minimum: number, maximum: number): number {
    const { scale, zeroPoint } = scaleOfRange(minimum, maximum);
    return elements.reduce((sum, x) => {
      const code = Math.max(0, Math.min(255, Math.round(x / scale) + zeroPoint));
      return sum + (x - (code - zeroPoint) * scale) ** 2;
    }, 0);
  }

  const laplace = distribution(4, (x) => 1e3 * Math.exp(-Math.abs(x) * 60));
  /** As many as were counted, spread over their bins. */
  const elements = Float64Array.from(
    Array.from(laplace.counts).flatMap((count, bin) =>
      Array.from({ length: count }, (_, place) => (bin - 1024 + (place + 0.5) / count) / 256),
    ),
  );

  it("knows the error of a range as its elements have it", () => {
    const rangesTried = [
      [-4, 4],
      [-0.3, 0.4],
      [-0.05, 0.5],
    ] as const;
    for (const [minimum, maximum] of rangesTried) {
      const counted = squaredError(laplace, { minimum, maximum });
      const measured = errorOfElements(elements, minimum, maximum);
      expect(counted / measured).toBeGreaterThan(0.9);
      expect(counted / measured).toBeLessThan(1.1);
    }
  });

  it("is as good as the best of a grid over both ends", () => {
    const { minimum, maximum } = squaredErrorRange(laplace);
    let least = Infinity;
    for (let low = 0.1; low <= 1; low += 0.05) {
      for (let high = 0.1; high <= 1; high += 0.05) {
        least = Math.min(least, errorOfElements(elements, laplace.minimum * low, laplace.maximum * high));
      }
    }
    expect(errorOfElements(elements, minimum, maximum)).toBeLessThan(least * 1.05);
  });

  it("cuts an outlier off that costs the others more than itself", () => {
    const outlier = distribution(4, (x) => (x > 0.9995 ? 1 : 1e6 * Math.exp(-Math.abs(x) * 60)));
    const range = squaredErrorRange(outlier);
    expect(range.maximum).toBeLessThan(2);
    expect(squaredError(outlier, range)).toBeLessThan(0.5 * squaredError(outlier, outlier));
  });

  it("keeps an even distribution whole, and what has one sign on its side", () => {
    expect(squaredErrorRange(uniform)).toEqual({ minimum: -1, maximum: 1 });
    const positive = distribution(4, (x) => (x > 0.1 && x < 0.9 ? 100 : 0));
    const { minimum, maximum } = squaredErrorRange(positive);
    expect(minimum).toBe(0);
    expect(maximum).toBeCloseTo(positive.maximum, 9);
  });

  it("finds the symmetric range with the least error, where it is to be symmetric", () => {
    const skewed = distribution(4, (x) => (x < -0.05 ? 0 : 1e6 * Math.exp(-Math.abs(x) * 60)));
    const { minimum, maximum } = rangeOf(skewed, { rangeMethod: "mse", symmetricActivations: true });
    expect(minimum).toBe(-maximum);
    const errorOf = (bound: number): number =>
      squaredError(skewed, { minimum: -bound, maximum: bound }, { symmetricActivations: true });
    expect(maximum).toBeLessThan(skewed.maximum);
    for (let bound = 0.01; bound < 1; bound += 0.01) {
      // Fractions of the extreme stand a twelfth apart.
      expect(errorOf(maximum)).toBeLessThan(errorOf(bound) * 1.1);
    }
  });
});

it("min-max, moving-average: as collected", () => {
  expect(rangeOf(uniform)).toEqual({ minimum: -1, maximum: 1 });
  expect(rangeOf(uniform, { rangeMethod: "moving-average" })).toEqual({ minimum: -0.5, maximum: 0.5 });
});

it("every method has a range for activations that are all 0", () => {
  const zeros = { minimum: 0, maximum: 0, averageMinimum: 0, averageMaximum: 0, reach: 0 };
  const counts = new Float64Array(2048);
  counts[1024] = 77;
  for (const rangeMethod of rangeMethods) {
    const { minimum, maximum } = rangeOf({ ...zeros, counts }, { rangeMethod });
    expect(minimum + 0).toBe(0);
    expect(maximum + 0).toBe(0);
  }
});

it("refuses percentiles and methods that are none", () => {
  for (const percentile of [0, 50, 101, NaN]) {
    expect(() => rangeOf(uniform, { rangeMethod: "percentile", percentile })).toThrow(InvalidArgumentError);
  }
  expect(() => rangeOf(uniform, { rangeMethod: "median" as "mse" })).toThrow(/min-max, moving-average/);
});
