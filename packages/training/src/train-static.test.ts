import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Embeddings, InvalidArgumentError, nearestNeighbors, normalizeRows } from "@kokeshi/core";
import { afterAll, describe, expect, it } from "vitest";
import type { GradedSource } from "./graded-source.js";
import { meanOfRows } from "./mean-of-rows.js";
import { pairSource, type PairSource } from "./pair-source.js";
import { createRandom } from "./random.js";
import type { TokenRows } from "./token-rows.js";
import { trainStatic } from "./train-static.js";
import type { StaticTrainingOptions, TrainingProgress } from "./training-options.js";
import { spearmanOfGrades } from "./validation/spearman-of-grades.js";

const words = 40;

/**
 * A toy language pair: word w of one language (ids 0 to 39) translates to w + 40, word order reversed, and both sides
 * carry filler tokens (80 to 89) that say nothing. Nothing but training can tell which words belong together.
 */
function translations(count: number, seed: number): PairSource {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const anchors: number[][] = [];
  const positives: number[][] = [];
  for (let pair = 0; pair < count; pair++) {
    const sentence = Array.from({ length: 3 + below(4) }, () => below(words));
    const filler = (): number[] => Array.from({ length: below(4) }, () => 80 + below(10));
    anchors.push([...sentence, ...filler()]);
    positives.push([...filler(), ...sentence.map((word) => word + words).reverse()]);
  }
  return pairSource("toy", rows(anchors), rows(positives));
}

/** Pairs of fillers, of which the contrastive pairs say nothing, graded by how near their numbers are. */
function grades(count: number, seed: number): GradedSource {
  const random = createRandom(seed);
  const filler = (): number => 80 + Math.floor(random() * 10);
  const texts = Array.from({ length: count }, () => [filler(), filler()] as const);
  return {
    name: "grades",
    pairs: count,
    first: rows(texts.map(([one]) => [one])),
    second: rows(texts.map(([, other]) => [other])),
    scores: Float32Array.from(texts, ([one, other]) => -Math.abs(one - other)),
  };
}

function rows(texts: readonly number[][]): TokenRows {
  const starts = new Uint32Array(texts.length + 1);
  texts.forEach((text, index) => (starts[index + 1] = (starts[index] as number) + text.length));
  return { ids: Uint32Array.from(texts.flat()), starts };
}

/** Share of anchors whose nearest positive, by the first `size` dimensions, is their own. */
function accuracy(
  { anchors, positives, pairs }: PairSource,
  table: Float32Array,
  dimensions: number,
  size: number,
): number {
  const texts = Uint32Array.from({ length: pairs }, (_, index) => index);
  const [a, p] = [anchors, positives].map((side) => {
    const means = new Float32Array(pairs * dimensions);
    meanOfRows(table, dimensions, side, texts, means);
    const slices = Array.from(new Embeddings(means, dimensions), (row) => row.subarray(0, size));
    return normalizeRows(Embeddings.from(slices));
  }) as [Embeddings, Embeddings];
  return nearestNeighbors(a, p, 1).filter(([hit], row) => hit?.index === row).length / pairs;
}

const options: StaticTrainingOptions = {
  sources: [translations(2000, 1)],
  vocabularySize: 90,
  dimensions: [32, 16],
  steps: 120,
  batchSize: 128,
  seed: 3,
  threads: 1,
};

describe("trainStatic", () => {
  it("learns a toy language pair from scratch, at both Matryoshka sizes, and generalises to unseen sentences", async () => {
    const progress: TrainingProgress[] = [];
    const unseen = translations(200, 2);
    const { table, dimensions } = await trainStatic({
      ...options,
      onProgress: (step) => progress.push(step),
    });
    expect(dimensions).toBe(32);
    expect(table).toHaveLength(90 * 32);
    // Chance finds 1 of 200.
    expect(accuracy(unseen, table, 32, 32)).toBeGreaterThan(0.9);
    expect(accuracy(unseen, table, 32, 16)).toBeGreaterThan(0.8);

    expect(progress).toHaveLength(120);
    expect(progress[0]).toMatchObject({ step: 1, steps: 120, source: "toy", pairs: 128 });
    const meanLoss = (part: TrainingProgress[]): number =>
      part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    expect(meanLoss(progress.slice(-10))).toBeLessThan(0.25 * meanLoss(progress.slice(0, 10)));
    expect(Math.max(...progress.map(({ learningRate }) => learningRate))).toBe(0.05);
  });

  it("gives the same table for the same seed, and another for another", async () => {
    const short = { ...options, steps: 5 };
    const [first, second, other] = await Promise.all([
      trainStatic(short),
      trainStatic(short),
      trainStatic({ ...short, seed: 4 }),
    ]);
    expect(second.table).toEqual(first.table);
    expect(other.table).not.toEqual(first.table);
  });

  describe("with a checkpoint", () => {
    const folder = mkdtempSync(join(tmpdir(), "kokeshi-training-"));
    afterAll(() => rmSync(folder, { recursive: true }));
    const path = (name: string): string => join(folder, name);
    const everything: StaticTrainingOptions = {
      ...options,
      sources: [
        { ...translations(700, 1), weight: 2 },
        pairSource(
          "with negatives",
          rows([[1, 2], [3], [4]]),
          rows([[41], [43], [44]]),
          rows([[5], [], [6]]),
        ),
      ],
      graded: { sources: [grades(300, 4)], batchSize: 64, weight: 0.5 },
      tokenDropout: { probability: 0.1, frequentShare: 0.01 },
      sif: 1e-2,
      neighbours: { table: Float32Array.from({ length: 90 * 4 }, (_, k) => Math.sin(k)), groupSize: 16 },
      steps: 20,
      validation: { score: (table) => -Math.abs(table[0] as number), every: 3 },
    };

    it("gives bit for bit the table of an uninterrupted training when it is resumed", async () => {
      const straight = await trainStatic({ ...everything, checkpoint: { path: path("straight") } });
      const controller = new AbortController();
      const interrupted = trainStatic({
        ...everything,
        checkpoint: { path: path("interrupted"), every: 7 },
        signal: controller.signal,
        onProgress: ({ step }) => {
          if (step === 10) controller.abort(new Error("enough"));
        },
      });
      await expect(interrupted).rejects.toThrow("enough");
      const steps: number[] = [];
      const resumed = await trainStatic({
        ...everything,
        checkpoint: { path: path("interrupted"), every: 7, resume: true },
        onProgress: ({ step }) => steps.push(step),
      });
      expect(steps).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
      expect(resumed).toEqual(straight);
      expect(Buffer.from(resumed.table.buffer).equals(Buffer.from(straight.table.buffer))).toBe(true);
      // Moments, random numbers, orders and the last table too, beside the best.
      expect(readFileSync(path("interrupted")).equals(readFileSync(path("straight")))).toBe(true);
    });

    it("refuses to resume with other options or data", async () => {
      const checkpoint = { path: path("other") };
      await trainStatic({ ...everything, steps: 2, checkpoint });
      const resumed = (changes: Partial<StaticTrainingOptions>) =>
        expect(
          trainStatic({ ...everything, steps: 2, ...changes, checkpoint: { ...checkpoint, resume: true } }),
        ).rejects;
      await resumed({ learningRate: 0.01 }).toThrow(/learningRate was 0.05 and is 0.01/);
      await resumed({ termFrequency: "sublinear" }).toThrow(/termFrequency was .linear. and is .sublinear./);
      await resumed({ neighbours: undefined }).toThrow(/neighbours was .+ and is null/);
      await resumed({ graded: undefined }).toThrow(/another training/);
      const [toy, second] = everything.sources as [PairSource, PairSource];
      await resumed({ sources: [{ ...translations(700, 2), weight: 2 }, second] }).toThrow(
        /source 0 \(toy\) was weight 2, content \w+ and is weight 2/,
      );
      await resumed({ sources: [toy, { ...second, weight: 3 }] }).toThrow(/source 1 \(with negatives\)/);
    });
  });

  it("keeps the best of the validated tables, and stops where none comes any more", async () => {
    const scores = [0.1, 0.5, 0.3, 0.5, 0.2, 0.9];
    const tables: Float32Array[] = [];
    const validations: (number | undefined)[] = [];
    const trained = await trainStatic({
      ...options,
      steps: 12,
      validation: {
        every: 2,
        patience: 3,
        score: async (table) => {
          tables.push(table.slice());
          return scores[tables.length - 1] as number;
        },
      },
      onProgress: ({ validation }) => validations.push(validation),
    });
    // The fifth is the third in a row that is no better than 0.5.
    expect(trained).toMatchObject({ steps: 10, best: { step: 4, score: 0.5 } });
    expect(trained.table).toEqual(tables[1]);
    expect(validations.filter((score) => score !== undefined)).toEqual([0.1, 0.5, 0.3, 0.5, 0.2]);
    expect(validations[1]).toBe(0.1);
  });

  it("begins with the given table, weighted by inverse frequency if asked to, and leaves it as it is", async () => {
    const initialTable = new Float32Array(90 * 32).fill(1);
    const begin = async (changes: Partial<StaticTrainingOptions>) =>
      // A rate so small that nothing moves.
      (await trainStatic({ ...options, ...changes, initialTable, steps: 1, learningRate: 1e-30 })).table;
    expect(await begin({})).toEqual(initialTable);
    const weighted = await begin({ sif: 0.01 });
    const [{ anchors, positives }] = options.sources as [PairSource];
    const ids = [...anchors.ids, ...positives.ids];
    const share = ids.filter((id) => id === 85).length / ids.length;
    expect(weighted[85 * 32]).toBeCloseTo(0.01 / (0.01 + share), 6);
    expect(initialTable.every((value) => value === 1)).toBe(true);
  });

  it("counts steps in epochs", async () => {
    let steps = 0;
    // 2,000 pairs in batches of 128.
    await trainStatic({ ...options, steps: undefined, epochs: 0.5, onProgress: () => steps++ });
    expect(steps).toBe(8);
  });

  it("learns the order of grades from graded pairs beside the contrastive loss", async () => {
    const unseen = grades(300, 9);
    const spearman = spearmanOfGrades(unseen);
    const short = { ...options, steps: 120 };
    const without = await trainStatic(short);
    const graded = { sources: [grades(2000, 8)], batchSize: 128 };
    const withGrades = await trainStatic({ ...short, graded });
    const [before, after] = [spearman(without.table, 32), spearman(withGrades.table, 32)];
    expect(after).toBeGreaterThan(0.9);
    expect(before).toBeLessThan(0.8);
    // What the pairs teach is learnt all the same.
    expect(accuracy(translations(200, 2), withGrades.table, 32, 32)).toBeGreaterThan(0.8);
  });

  it("stops when aborted", async () => {
    const controller = new AbortController();
    let steps = 0;
    const training = trainStatic({
      ...options,
      signal: controller.signal,
      onProgress: () => {
        if (++steps === 3) controller.abort(new Error("enough"));
      },
    });
    await expect(training).rejects.toThrow("enough");
    expect(steps).toBe(3);
  });

  it("refuses options it cannot use", async () => {
    const refused = (changes: Partial<StaticTrainingOptions>) =>
      expect(trainStatic({ ...options, ...changes })).rejects;
    await refused({ steps: 0 }).toThrow(InvalidArgumentError);
    await refused({ batchSize: 1.5 }).toThrow(/batchSize is 1.5/);
    await refused({ sources: [] }).toThrow(/no sources/);
    await refused({ sources: [pairSource("void", rows([]), rows([]))] }).toThrow(/void has no pairs/);
    await refused({ steps: undefined }).toThrow(/neither steps nor epochs/);
    await refused({ warmup: 1 }).toThrow(/warmup is 1/);
    await refused({ learningRate: NaN }).toThrow(/learningRate is NaN/);
    await refused({ initialTable: new Float32Array(3) }).toThrow(/3 values instead of 90 x 32/);
    await refused({ graded: { sources: [] } }).toThrow(/graded has no sources/);
    await refused({ vocabularySize: 89 }).toThrow(/toy has the token 89/);
  });
});
