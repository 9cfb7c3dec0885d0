import { InvalidArgumentError } from "@kokeshi/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContrastiveLoss, contrastiveLossGraph } from "./contrastive-loss.js";
import { createNormalRandom, createRandom } from "./random.js";

const dimensions = [16, 8, 4];
const scale = 20;
const pairs = 12;

/**
 * The definition, in float64: mean of -log softmax over rows and over columns, summed over the Matryoshka sizes.
 * Candidates beyond the pairs are negatives: they stand in every row, and no column of theirs is asked.
 */
function lossByDefinition(anchors: Float64Array, candidates: Float64Array, symmetric = true): number {
  const width = dimensions[0] as number;
  const unit = (vectors: Float64Array, row: number, size: number): number[] => {
    const slice = Array.from(vectors.subarray(row * width, row * width + size));
    const length = Math.hypot(...slice);
    return slice.map((x) => x / length);
  };
  let loss = 0;
  for (const size of dimensions) {
    const scores = Array.from({ length: pairs }, (_, i) => {
      const a = unit(anchors, i, size);
      return Array.from({ length: candidates.length / width }, (_, j) => {
        const p = unit(candidates, j, size);
        return scale * a.reduce((sum, x, k) => sum + x * (p[k] as number), 0);
      });
    });
    for (let i = 0; i < pairs; i++) {
      const row = scores[i] as number[];
      const column = scores.map((other) => other[i] as number);
      const own = row[i] as number;
      const directions = symmetric ? [row, column] : [row];
      for (const rivals of directions) {
        const surprise = Math.log(rivals.reduce((sum, s) => sum + Math.exp(s), 0)) - own;
        loss += surprise / (directions.length * pairs);
      }
    }
  }
  return loss;
}

describe("ContrastiveLoss", () => {
  const normal = createNormalRandom(createRandom(7));
  // Single precision from the start, so that both sides see the same numbers.
  const anchors = Float32Array.from({ length: pairs * 16 }, normal);
  const positives = anchors.map((x) => x + 0.8 * normal());
  let contrastive: ContrastiveLoss;

  beforeAll(async () => {
    contrastive = await ContrastiveLoss.create({ dimensions, scale, threads: 1 });
  });
  afterAll(() => contrastive.close());

  it("computes the loss of the definition", async () => {
    const { loss } = await contrastive.run(anchors, positives);
    expect(loss).toBeCloseTo(lossByDefinition(Float64Array.from(anchors), Float64Array.from(positives)), 4);
  });

  it("computes the gradient of finite differences, to 1e-3 relative", async () => {
    const { anchorGradient, positiveGradient } = await contrastive.run(anchors, positives);
    const step = 1e-5;
    for (const [vectors, gradient] of [
      [anchors, anchorGradient],
      [positives, positiveGradient],
    ] as const) {
      const differences = Float64Array.from(vectors, (x, k) => {
        const at = (value: number): number => {
          const moved = Float64Array.from(vectors);
          moved[k] = value;
          return vectors === anchors
            ? lossByDefinition(moved, Float64Array.from(positives))
            : lossByDefinition(Float64Array.from(anchors), moved);
        };
        return (at(x + step) - at(x - step)) / (2 * step);
      });
      const largest = Math.max(...differences.map(Math.abs));
      differences.forEach((expected, k) => {
        expect(Math.abs((gradient[k] as number) - expected)).toBeLessThan(
          1e-3 * Math.abs(expected) + 1e-5 * largest,
        );
      });
    }
  });

  it("gives explicit negatives a place in every row, with the gradient of finite differences", async () => {
    const negatives = Float32Array.from({ length: 5 * 16 }, (_, k) => (anchors[k] as number) + normal());
    const { loss, anchorGradient, positiveGradient, negativeGradient } = await contrastive.run(
      anchors,
      positives,
      negatives,
    );
    const candidates = Float64Array.of(...positives, ...negatives);
    expect(loss).toBeCloseTo(lossByDefinition(Float64Array.from(anchors), candidates), 4);
    const step = 1e-5;
    const difference = (vectors: Float64Array, k: number, lossOf: () => number): number => {
      const x = vectors[k] as number;
      const [above, below] = [x + step, x - step].map((value) => {
        vectors[k] = value;
        return lossOf();
      }) as [number, number];
      vectors[k] = x;
      return (above - below) / (2 * step);
    };
    const exact = Float64Array.from(anchors);
    const lossOf = (): number => lossByDefinition(exact, candidates);
    const expected = [
      Float64Array.from(anchors, (_, k) => difference(exact, k, lossOf)),
      Float64Array.from(candidates, (_, k) => difference(candidates, k, lossOf)),
    ].flatMap((side) => [...side]);
    const largest = Math.max(...expected.map(Math.abs));
    const actual = [...anchorGradient, ...positiveGradient, ...negativeGradient];
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, k) => {
      expect(Math.abs((actual[k] as number) - value)).toBeLessThan(1e-3 * Math.abs(value) + 1e-5 * largest);
    });
  });

  it("asks in one direction only where it is told to, with the gradient of finite differences", async () => {
    const oneWay = await ContrastiveLoss.create({ dimensions, scale, symmetric: false, threads: 1 });
    const { loss, anchorGradient, positiveGradient } = await oneWay.run(anchors, positives);
    const withNegatives = await oneWay.run(anchors, positives, positives.subarray(0, 16));
    await oneWay.close();
    const sides = [Float64Array.from(anchors), Float64Array.from(positives)] as const;
    expect(loss).toBeCloseTo(lossByDefinition(...sides, false), 4);
    const more = Float64Array.of(...sides[1], ...sides[1].subarray(0, 16));
    expect(withNegatives.loss).toBeCloseTo(lossByDefinition(sides[0], more, false), 4);
    const step = 1e-5;
    const expected = sides.map((side) =>
      Float64Array.from(side, (x, k) => {
        const [above, below] = [x + step, x - step].map((value) => {
          side[k] = value;
          return lossByDefinition(...sides, false);
        }) as [number, number];
        side[k] = x;
        return (above - below) / (2 * step);
      }),
    );
    const largest = Math.max(...expected.flatMap((side) => [...side].map(Math.abs)));
    [anchorGradient, positiveGradient].forEach((gradient, side) =>
      gradient.forEach((actual, k) => {
        const value = expected[side]?.[k] as number;
        expect(Math.abs(actual - value)).toBeLessThan(1e-3 * Math.abs(value) + 1e-5 * largest);
      }),
    );
  });

  it("counts each size by its weight", async () => {
    const runWith = async (sizes: number[], weights?: number[]) => {
      const loss = await ContrastiveLoss.create({ dimensions: sizes, weights, scale, threads: 1 });
      try {
        return await loss.run(anchors, positives);
      } finally {
        await loss.close();
      }
    };
    const [both, wide] = [await runWith([16, 8]), await runWith([16])];
    const weighted = await runWith([16, 8], [1, 0.25]);
    const expected = (ofBoth: number, ofWide: number): number => ofWide + 0.25 * (ofBoth - ofWide);
    expect(weighted.loss).toBeCloseTo(expected(both.loss, wide.loss), 4);
    weighted.anchorGradient.forEach((value, k) => {
      const [ofBoth, ofWide] = [both, wide].map(({ anchorGradient }) => anchorGradient[k] as number);
      expect(value).toBeCloseTo(expected(ofBoth as number, ofWide as number), 5);
    });
  });

  it("takes batches of any size, and vectors of zeros", async () => {
    const three = await contrastive.run(anchors.subarray(0, 3 * 16), positives.subarray(0, 3 * 16));
    expect(three.anchorGradient).toHaveLength(3 * 16);
    const withZeros = anchors.slice();
    withZeros.fill(0, 0, 16);
    const { loss, anchorGradient } = await contrastive.run(withZeros, positives);
    expect(Number.isFinite(loss)).toBe(true);
    expect(anchorGradient.every(Number.isFinite)).toBe(true);
  });

  it("stays finite at the largest scale, for vectors exactly opposite", async () => {
    const strict = await ContrastiveLoss.create({ dimensions: [16], scale: 40, threads: 1 });
    const opposite = anchors.map((x) => -x);
    const { loss, positiveGradient } = await strict.run(anchors, opposite);
    expect(Number.isFinite(loss)).toBe(true);
    expect(positiveGradient.every(Number.isFinite)).toBe(true);
    await strict.close();
  });

  it("refuses options it cannot use", () => {
    const graph = (options: { dimensions: number[]; scale: number }) => () => contrastiveLossGraph(options);
    expect(graph({ dimensions: [], scale })).toThrow(InvalidArgumentError);
    expect(graph({ dimensions: [8, 16], scale })).toThrow(/the largest first/);
    expect(graph({ dimensions: [16, 16], scale })).toThrow(InvalidArgumentError);
    expect(graph({ dimensions: [16], scale: 41 })).toThrow(/scale is 41/);
  });
});
