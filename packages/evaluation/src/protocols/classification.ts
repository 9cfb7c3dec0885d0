import { Embeddings, eventLoopTurns, InvalidArgumentError } from "@kokeshi/core";
import { featureVectors } from "../learners/feature-vectors.js";
import { fitLogisticRegression, predictClasses } from "../learners/logistic-regression.js";
import { classifyByNeighbors, type NearestNeighborOptions } from "../learners/nearest-neighbors.js";
import { averagePrecision } from "../metrics/average-precision.js";
import { measureClassification } from "../metrics/classification-measures.js";
import { part } from "../part.js";
import { NumpyRandomState } from "../random/numpy-random-state.js";
import type { Scores } from "../scores.js";
import type { TaskData } from "../task.js";
import { LabelCodes } from "./label-codes.js";
import { meanScores } from "./mean-scores.js";
import type { ExperimentOptions } from "./protocol-options.js";
import { requireCounts } from "./required-counts.js";
import { requireRows, requireSome } from "./required-rows.js";

export interface ClassificationOptions extends ExperimentOptions {
  /**
   * Training samples of each label in an experiment. Default 8, as MTEB where a task does not say otherwise:
   * `samplesPerLabelOf` knows which do. `"all"` trains once on everything, as JMTEB.
   */
  readonly samplesPerLabel?: number | "all";
  /** Default 10. */
  readonly experiments?: number;
  /** Default 42, MTEB's. */
  readonly seed?: number;
  /**
   * Default `"logistic-regression"`. JMTEB takes that or `{ neighbors: 2 }`, whichever does better on its dev split:
   * `scoreJmtebClassification`.
   */
  readonly classifier?: "logistic-regression" | NearestNeighborOptions;
}

/**
 * Classification: a classifier learns from the embeddings of some training texts and labels those of the test texts,
 * as MTEB's `AbsTaskClassification` (mteb/abstasks/classification.py at 012fa96): ten experiments, each with the
 * first 8 samples of every label in a shuffled order. Each shuffle starts anew from the seed, and shuffles what the
 * one before left.
 *
 * `accuracy`, `f1`, `precision` and `recall` (macro), `…_weighted`, and with two labels `ap` and `ap_weighted`, the
 * average precision of the predicted labels, where the label that sorts last is the positive one: means over the
 * experiments. The items are the main metric (default `accuracy`) of each experiment. Rejects with `signal.reason` when
 * aborted.
 */
export async function scoreClassification(
  { train, test }: TaskData["classification"],
  trainEmbeddings: Embeddings,
  testEmbeddings: Embeddings,
  {
    mainMetric = "accuracy",
    samplesPerLabel = 8,
    experiments = samplesPerLabel === "all" ? 1 : 10,
    seed = 42,
    classifier = "logistic-regression",
    signal,
  }: ClassificationOptions = {},
): Promise<Scores> {
  requireCounts({
    experiments,
    ...(samplesPerLabel !== "all" && { samplesPerLabel }),
    ...(classifier !== "logistic-regression" && { neighbors: classifier.neighbors }),
  });
  requireSome(train.labels.length, "training texts");
  requireSome(test.labels.length, "test texts");
  requireRows(trainEmbeddings, train.labels.length, "training texts");
  requireRows(testEmbeddings, test.labels.length, "test texts");
  if (trainEmbeddings.dimensions !== testEmbeddings.dimensions) {
    throw new InvalidArgumentError({
      part,
      problem: `training and test embeddings have ${trainEmbeddings.dimensions} and ${testEmbeddings.dimensions} dimensions`,
      remedy: "embed both with the same model and the same dimensions",
    });
  }
  const labels = new LabelCodes([...train.labels, ...test.labels]);
  const trainCodes = labels.of(train.labels);
  const testCodes = labels.of(test.labels);
  const testVectors = featureVectors(testEmbeddings);
  const predict = (samples: Embeddings, classes: Uint32Array): Uint32Array =>
    classifier === "logistic-regression"
      ? predictClasses(fitLogisticRegression(samples, classes, labels.names.length), testVectors)
      : classifyByNeighbors(samples, classes, testEmbeddings, classifier);

  const perExperiment: Record<string, Float64Array> = {};
  const order = Uint32Array.from(trainCodes, (_, index) => index);
  const takeTurn = eventLoopTurns();
  for (let experiment = 0; experiment < experiments; experiment++) {
    await takeTurn();
    signal?.throwIfAborted();
    let chosen: Uint32Array = order;
    if (samplesPerLabel !== "all") {
      new NumpyRandomState(seed).shuffle(order);
      chosen = firstOfEachLabel(order, trainCodes, samplesPerLabel);
    }
    const samples = Embeddings.zeros(chosen.length, trainEmbeddings.dimensions);
    chosen.forEach((row, index) => samples.row(index).set(trainEmbeddings.row(row)));
    const predicted = predict(
      samples,
      chosen.map((row) => trainCodes[row] as number),
    );
    for (const [name, value] of Object.entries(measure(testCodes, predicted))) {
      (perExperiment[name] ??= new Float64Array(experiments))[experiment] = value;
    }
  }
  return meanScores(perExperiment, mainMetric);
}

/** The rows of `order` that are among the first `count` of their label. */
function firstOfEachLabel(order: Uint32Array, codes: Uint32Array, count: number): Uint32Array {
  const taken = new Map<number, number>();
  return order.filter((row) => {
    const label = codes[row] as number;
    const before = taken.get(label) ?? 0;
    taken.set(label, before + 1);
    return before < count;
  });
}

function measure(gold: Uint32Array, predicted: Uint32Array): Record<string, number> {
  const { f1Weighted, precisionWeighted, recallWeighted, ...macro } = measureClassification(gold, predicted);
  const measures: Record<string, number> = {
    ...macro,
    f1_weighted: f1Weighted,
    precision_weighted: precisionWeighted,
    recall_weighted: recallWeighted,
  };
  const [first, second, ...others] = new Set(gold);
  if (first !== undefined && second !== undefined && others.length === 0) {
    const positive = Math.max(first, second);
    const ap = averagePrecision(
      Uint8Array.from(gold, (label) => (label === positive ? 1 : 0)),
      Float64Array.from(predicted, (label) => (label === positive ? 1 : 0)),
    );
    // scikit-learn's averages are the same for one positive label.
    measures["ap"] = measures["ap_weighted"] = ap;
  }
  return measures;
}
