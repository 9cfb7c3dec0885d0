import { Embeddings, InvalidArgumentError, nearestNeighbors, normalizeRows } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { meanOfRows } from "./mean-of-rows.js";
import { pairSource, type PairSource } from "./pair-source.js";
import { createRandom } from "./random.js";
import type { TokenRows } from "./token-rows.js";
import { trainStatic, type StaticTrainingOptions, type TrainingProgress } from "./train-static.js";

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
    await refused({ vocabularySize: 89 }).toThrow(/toy has the token 89/);
  });
});
