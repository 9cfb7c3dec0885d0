import type { TermFrequency } from "@kokeshi/static-model";
import type { Batch } from "./batch-sampler.js";
import type { ContrastiveLoss } from "./contrastive-loss.js";
import { cosentLoss } from "./cosent-loss.js";
import { gatherTexts, type ChosenTexts } from "./gather-texts.js";
import type { GradedBatch } from "./graded-sampler.js";
import type { TrainableTable } from "./table/trainable-table.js";
import { withTermFrequency } from "./with-term-frequency.js";

/** What a step needs beside its batches. */
export interface StepContext {
  table: TrainableTable;
  contrastive: ContrastiveLoss;
  /** Matryoshka sizes and their weights. */
  dimensions: readonly number[];
  weights: readonly number[];
  /** Scale and weight of the CoSENT loss. */
  graded?: { scale: number; weight: number };
  /** How the tokens that are kept weigh. Default: "linear". */
  termFrequency?: TermFrequency;
  /** Probability with which each token is kept. Default: all are. */
  keep?: Float32Array;
  random: () => number;
}

export interface StepLosses {
  loss: number;
  gradedLoss?: number;
}

/**
 * One step: the vectors of all texts at once, the contrastive loss of the pairs and, where there are any, the CoSENT
 * loss of graded pairs, their gradients side by side, and one update of Adam.
 */
export async function trainingStep(
  { table, contrastive, dimensions, weights, graded, termFrequency, keep, random }: StepContext,
  batch: Batch,
  gradedBatch: GradedBatch | undefined,
  learningRate: number,
): Promise<StepLosses> {
  const { source, pairs } = batch;
  const parts: ChosenTexts[] = [
    { tokens: source.anchors, texts: pairs },
    { tokens: source.positives, texts: pairs },
  ];
  if (source.negatives) parts.push({ tokens: source.negatives, texts: batch.negatives });
  const contrastiveTexts = parts.reduce((sum, { texts }) => sum + texts.length, 0);
  if (gradedBatch) {
    parts.push({ tokens: gradedBatch.source.first, texts: gradedBatch.pairs });
    parts.push({ tokens: gradedBatch.source.second, texts: gradedBatch.pairs });
  }
  const pass = table.forward(withTermFrequency(gatherTexts(parts, keep, random), termFrequency));
  const width = table.dimensions;
  const rows = (first: number, count: number): Float32Array =>
    pass.vectors.subarray(first * width, (first + count) * width);
  const anchors = rows(0, pairs.length);
  const positives = rows(pairs.length, pairs.length);
  const negatives = rows(2 * pairs.length, contrastiveTexts - 2 * pairs.length);
  const { loss, anchorGradient, positiveGradient, negativeGradient } = await contrastive.run(
    anchors,
    positives,
    negatives,
  );

  let gradedLoss: number | undefined;
  if (gradedBatch && graded) {
    const count = gradedBatch.pairs.length;
    const first = rows(contrastiveTexts, count);
    const second = rows(contrastiveTexts + count, count);
    const scores = Float32Array.from(gradedBatch.pairs, (pair) => gradedBatch.source.scores[pair] as number);
    const { scale, weight } = graded;
    const cosent = cosentLoss(
      first,
      second,
      scores,
      dimensions,
      scale,
      weights.map((of) => of * weight),
    );
    gradedLoss = cosent.loss / weight;
    first.set(cosent.firstGradient);
    second.set(cosent.secondGradient);
  }
  anchors.set(anchorGradient);
  positives.set(positiveGradient);
  negatives.set(negativeGradient);
  pass.backward(learningRate);
  return { loss, ...(gradedLoss === undefined ? {} : { gradedLoss }) };
}
