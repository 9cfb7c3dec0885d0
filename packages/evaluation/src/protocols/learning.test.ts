import { Embeddings } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { blobs } from "../learners/fixtures/blobs.js";
import golden from "../learners/fixtures/learners.json" with { type: "json" };
import type { Scores } from "../scores.js";
import { scoreClassification } from "./classification.js";
import { scoreClustering } from "./clustering.js";
import { scoreJmtebClassification } from "./jmteb-classification.js";
import { LabelCodes } from "./label-codes.js";
import { samplesPerLabelOf } from "./samples-per-label.js";

const labelled = (classes: Uint32Array) => {
  const labels = Array.from(classes, String);
  return { texts: labels, labels };
};

function expectScores(
  { metrics, items }: Scores,
  expected: object,
  values: readonly number[],
  digits: number,
): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(metrics[name], name).toBeCloseTo(value as number, digits);
  }
  if (items.kind !== "mean") throw new Error(items.kind);
  expect(items.values).toHaveLength(values.length);
  values.forEach((value, i) => expect(items.values[i]).toBeCloseTo(value, digits - 1));
}

describe(`protocols with learners of ${golden.madeWith}`, () => {
  it.each(golden.classifications)("classification, $samplesPerLabel samples a label", async (task) => {
    const { samples, classes } = blobs(task.blobs);
    const border = task.train * task.blobs.dimensions;
    const data = {
      train: labelled(classes.subarray(0, task.train)),
      test: labelled(classes.subarray(task.train)),
    };
    const scores = await scoreClassification(
      data,
      new Embeddings(samples.data.subarray(0, border), task.blobs.dimensions),
      new Embeddings(samples.data.subarray(border), task.blobs.dimensions),
      { samplesPerLabel: task.samplesPerLabel },
    );
    // An optimiser is involved: equal to within 0.05 points.
    expectScores(scores, task.expected, task.accuracies, 3);
  });

  it.each(golden.jmtebClassifications)("JMTEB's classification, which takes $chosen", async (task) => {
    const { samples, classes } = blobs(task.blobs);
    const { train, validation } = task;
    const { dimensions } = task.blobs;
    const borders = {
      train: [0, train],
      validation: [train, train + validation],
      test: [train + validation],
    };
    const rows = (part: keyof typeof borders) => {
      const [from = 0, to = classes.length] = borders[part];
      // In the order of the numbers, since of equal votes the least label wins.
      const labels = Array.from(classes.subarray(from, to), (label) => String(label).padStart(2, "0"));
      const vectors = new Embeddings(samples.data.subarray(from * dimensions, to * dimensions), dimensions);
      return { data: { texts: labels, labels }, vectors };
    };
    const parts = { train: rows("train"), validation: rows("validation"), test: rows("test") };
    const scores = await scoreJmtebClassification(
      { train: parts.train.data, validation: parts.validation.data, test: parts.test.data },
      { train: parts.train.vectors, validation: parts.validation.vectors, test: parts.test.vectors },
    );
    expect(scores.classifier).toEqual(
      task.chosen === "neighbors" ? { neighbors: 2, distance: "cosine" } : task.chosen,
    );
    expectScores(scores, task.expected, [task.expected.f1], 3);
  });

  it("clustering of all texts", async () => {
    const { samples, classes } = blobs(golden.clustering.blobs);
    const scores = await scoreClustering(labelled(classes), samples);
    expectScores(scores, golden.clustering.expected, golden.clustering.vMeasures, 9);
    const once = await scoreClustering(labelled(classes), samples, { experiments: 1 });
    expectScores(once, { v_measure_std: 0 }, golden.clustering.vMeasures.slice(0, 1), 9);
  });

  it("clustering of texts drawn", async () => {
    const { blobs: of, bootstrap, expected, vMeasures } = golden.bootstrappedClustering;
    const { samples, classes } = blobs(of);
    expectScores(await scoreClustering(labelled(classes), samples, { bootstrap }), expected, vMeasures, 9);
  });
});

describe("classification by neighbours, on all training texts", () => {
  it("is one experiment", async () => {
    const train = { texts: ["", "", "", ""], labels: ["b", "a", "a", "b"] };
    const test = { texts: ["", ""], labels: ["a", "c"] };
    const trainEmbeddings = Embeddings.from([
      [1, 0],
      [0, 1],
      [0.1, 1],
      [1, 0.1],
    ]);
    const testEmbeddings = Embeddings.from([
      [0, 2],
      [3, 0],
    ]);
    const options = { samplesPerLabel: "all", classifier: { neighbors: 2 }, mainMetric: "f1" } as const;
    const { metrics, items } = await scoreClassification(
      { train, test },
      trainEmbeddings,
      testEmbeddings,
      options,
    );
    expect(metrics["accuracy"]).toBe(0.5);
    // a: 1; b is predicted once, and c never: 0.
    expect(items).toEqual({ kind: "mean", values: Float64Array.of(1 / 3) });
  });
});

describe("samples a label", () => {
  it("are 8 where MTEB's task does not say otherwise", () => {
    expect(samplesPerLabelOf("Banking77")).toBe(8);
    expect(samplesPerLabelOf("AmazonCounterfactual-ja")).toBe(32);
    expect(samplesPerLabelOf("EmotionClassification")).toBe(16);
  });
});

describe("labels", () => {
  it("are sorted by value where they are numbers", () => {
    expect(new LabelCodes(["10", "9", "-1"]).names).toEqual(["-1", "9", "10"]);
    expect(new LabelCodes(["10", "9", "x"]).names).toEqual(["10", "9", "x"]);
    expect(new LabelCodes(["b", "a"]).of(["a", "b", "b"])).toEqual(Uint32Array.of(0, 1, 1));
  });
});

describe("what cannot be scored", () => {
  const data = labelled(Uint32Array.of(0, 1, 0));

  it("is refused", async () => {
    await expect(scoreClustering(data, Embeddings.zeros(2, 4))).rejects.toThrow("2 embeddings for 3 texts");
    await expect(scoreClustering(labelled(new Uint32Array(0)), Embeddings.zeros(0, 4))).rejects.toThrow(
      "no texts",
    );
    const tooFew = { bootstrap: { fraction: 0.1, texts: 10 } };
    await expect(scoreClustering(data, Embeddings.zeros(3, 4), tooFew)).rejects.toThrow(
      "leaves 0 of 3 texts",
    );
    await expect(scoreClustering(data, Embeddings.zeros(3, 4), { experiments: 0 })).rejects.toThrow(
      "experiments is 0",
    );
    const task = { train: data, test: data };
    await expect(
      scoreClassification(task, Embeddings.zeros(3, 4), Embeddings.zeros(3, 4), { samplesPerLabel: 1.5 }),
    ).rejects.toThrow("samplesPerLabel is 1.5");
    await expect(scoreClassification(task, Embeddings.zeros(3, 4), Embeddings.zeros(3, 2))).rejects.toThrow(
      "4 and 2 dimensions",
    );
    await expect(scoreClassification(task, Embeddings.zeros(3, 4), Embeddings.zeros(2, 4))).rejects.toThrow(
      "for 3 test texts",
    );
  });

  it("stops between experiments when aborted", async () => {
    const { samples, classes } = blobs(golden.clustering.blobs);
    const all = labelled(classes);
    for (const score of [
      (signal: AbortSignal) => scoreClustering(all, samples, { experiments: 1e6, signal }),
      (signal: AbortSignal) =>
        scoreClassification({ train: all, test: all }, samples, samples, { experiments: 1e6, signal }),
    ]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("enough")), 5);
      await expect(score(controller.signal)).rejects.toThrow("enough");
    }
  });
});
