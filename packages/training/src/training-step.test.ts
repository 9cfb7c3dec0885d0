import type { TermFrequency } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import type { Batch } from "./batch-sampler.js";
import { ContrastiveLoss } from "./contrastive-loss.js";
import type { GradedSource } from "./graded-source.js";
import { pairSource } from "./pair-source.js";
import { createNormalRandom, createRandom } from "./random.js";
import { TrainableTable } from "./table/trainable-table.js";
import type { TokenRows } from "./token-rows.js";
import { trainingStep } from "./training-step.js";

const dimensions = [8, 4];
const weights = [1, 0.5];
const scale = 10;
const vocabularySize = 12;

function rows(...texts: number[][]): TokenRows {
  const starts = new Uint32Array(texts.length + 1);
  texts.forEach((text, index) => (starts[index + 1] = (starts[index] as number) + text.length));
  return { ids: Uint32Array.from(texts.flat()), starts };
}

const source = pairSource(
  "pairs",
  rows([0, 1], [2], [3, 4, 4]),
  rows([5], [6, 7], [8, 1]),
  rows([9, 2], [], [10]),
);
const batch: Batch = { source, pairs: Uint32Array.of(2, 0), negatives: Uint32Array.of(0, 2) };
const graded: GradedSource = {
  name: "graded",
  pairs: 3,
  first: rows([0, 3], [6], [11]),
  second: rows([7], [6, 9], [1, 2, 1, 1]),
  scores: Float32Array.of(1, 5, 3),
};
const gradedWeight = 0.7;

/** The whole loss of the batch above, by its definition, in float64. */
function lossOf(table: Float64Array, termFrequency: TermFrequency): number {
  const mean = ({ ids, starts }: TokenRows, text: number, size: number): number[] => {
    const own = Array.from(ids.subarray(starts[text], starts[text + 1]));
    const weights = own.map((id) => {
      const count = own.filter((other) => other === id).length;
      return termFrequency === "linear" ? 1 : (1 + Math.log(count)) / count;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: size }, (_, k) =>
      own.reduce((sum, id, i) => sum + ((weights[i] as number) * (table[id * 8 + k] as number)) / total, 0),
    );
  };
  const cosine = (x: number[], y: number[]): number =>
    x.reduce((sum, value, k) => sum + value * (y[k] as number), 0) / Math.hypot(...x) / Math.hypot(...y);
  const surprise = (own: number, rivals: number[]): number =>
    Math.log(rivals.reduce((sum, rival) => sum + Math.exp(scale * rival), 0)) - scale * own;
  return dimensions.reduce((loss, size, level) => {
    const anchors = Array.from(batch.pairs, (pair) => mean(source.anchors, pair, size));
    const candidates = [
      ...Array.from(batch.pairs, (pair) => mean(source.positives, pair, size)),
      ...Array.from(batch.negatives, (pair) => mean(source.negatives as TokenRows, pair, size)),
    ];
    let own = 0;
    anchors.forEach((anchor, i) => {
      const score = cosine(anchor, candidates[i] as number[]);
      const asked = candidates.map((candidate) => cosine(anchor, candidate));
      const asking = anchors.map((other) => cosine(other, candidates[i] as number[]));
      own += (surprise(score, asked) + surprise(score, asking)) / (2 * anchors.length);
    });
    const cosines = [0, 1, 2].map((pair) =>
      cosine(mean(graded.first, pair, size), mean(graded.second, pair, size)),
    );
    let sum = 1;
    graded.scores.forEach((low, i) =>
      graded.scores.forEach((high, j) => {
        if (low < high) sum += Math.exp(scale * ((cosines[i] as number) - (cosines[j] as number)));
      }),
    );
    return loss + (weights[level] as number) * (own + gradedWeight * Math.log(sum));
  }, 0);
}

describe("trainingStep", () => {
  it.each(["linear", "sublinear"] as const)(
    "moves the table by the joint gradient of both losses: that of finite differences, to 1e-3 relative; %s",
    async (termFrequency) => {
      const table = TrainableTable.create(vocabularySize, 8);
      const normal = createNormalRandom(createRandom(5));
      table.values.set(Float32Array.from({ length: vocabularySize * 8 }, normal));
      const before = Float64Array.from(table.values);
      const contrastive = await ContrastiveLoss.create({ dimensions, weights, scale, threads: 1 });
      const losses = await trainingStep(
        {
          table,
          contrastive,
          dimensions,
          weights,
          graded: { scale, weight: gradedWeight },
          termFrequency,
          random: () => 0,
        },
        batch,
        { source: graded, pairs: Uint32Array.of(0, 1, 2) },
        0.01,
      );
      await contrastive.close();
      expect(losses.loss + gradedWeight * (losses.gradedLoss as number)).toBeCloseTo(
        lossOf(before, termFrequency),
        4,
      );

      const step = 1e-5;
      const expected = before.map((x, k) => {
        const [above, below] = [x + step, x - step].map((value) => {
          before[k] = value;
          return lossOf(before, termFrequency);
        }) as [number, number];
        before[k] = x;
        return (above - below) / (2 * step);
      });
      const largest = Math.max(...expected.map(Math.abs));
      // After one step Adam's first moment is a tenth of the gradient.
      table.firstMoments.forEach((moment, k) => {
        const value = expected[k] as number;
        expect(Math.abs(10 * moment - value)).toBeLessThan(1e-3 * Math.abs(value) + 1e-5 * largest);
      });
    },
  );
});
