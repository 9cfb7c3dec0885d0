import { describe, expect, it } from "vitest";
import { BatchSampler } from "./batch-sampler.js";
import { pairSource, type PairSource } from "./pair-source.js";
import { createRandom } from "./random.js";

/** Pairs of one-token texts. */
function source(name: string, pairs: readonly (readonly [anchor: number, positive: number])[]): PairSource {
  const starts = Uint32Array.from({ length: pairs.length + 1 }, (_, index) => index);
  return pairSource(
    name,
    { ids: Uint32Array.from(pairs, ([anchor]) => anchor), starts },
    { ids: Uint32Array.from(pairs, ([, positive]) => positive), starts },
  );
}

const distinct = (name: string, count: number): PairSource =>
  source(
    name,
    Array.from({ length: count }, (_, index) => [2 * index, 2 * index + 1] as const),
  );

describe("BatchSampler", () => {
  it("draws every pair once before any again", () => {
    const sampler = new BatchSampler([distinct("only", 60)], 20, 1, createRandom(1));
    for (let round = 0; round < 3; round++) {
      const drawn = [1, 2, 3].flatMap(() => Array.from(sampler.next().pairs));
      expect(new Set(drawn).size).toBe(60);
    }
  });

  it("puts no text into a batch twice, on whichever side", () => {
    // Texts 0 to 9, each pair sharing its texts with many others.
    const pairs = Array.from({ length: 90 }, (_, index) => [index % 10, (index * 7 + 3) % 10] as const);
    const only = source("crowded", pairs);
    const sampler = new BatchSampler([only], 8, 1, createRandom(2));
    for (let batch = 0; batch < 50; batch++) {
      const texts = Array.from(sampler.next().pairs).flatMap(
        (pair) => pairs[pair] as readonly [number, number],
      );
      expect(texts.length).toBeGreaterThan(0);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it("leaves out explicit negatives that are empty, texts of the batch, or there already", () => {
    const texts = (...ids: (number | undefined)[]) => {
      const starts = new Uint32Array(ids.length + 1);
      ids.forEach(
        (id, index) => (starts[index + 1] = (starts[index] as number) + (id === undefined ? 0 : 1)),
      );
      return { ids: Uint32Array.from(ids.filter((id) => id !== undefined)), starts };
    };
    // Of pair 1 none, of pair 2 the positive of pair 0, of pairs 3 and 4 the same.
    const withNegatives = pairSource(
      "negatives",
      texts(0, 1, 2, 3, 4),
      texts(10, 11, 12, 13, 14),
      texts(20, undefined, 10, 21, 21),
    );
    const { pairs, negatives } = new BatchSampler([withNegatives], 5, 1, createRandom(1)).next();
    expect(pairs).toHaveLength(5);
    expect(negatives).toHaveLength(2);
    expect(negatives).toContain(0);
    expect(negatives).not.toContain(1);
    expect(negatives).not.toContain(2);
  });

  it("gives smaller batches where a source has too few different texts", () => {
    const same = source(
      "same",
      Array.from({ length: 30 }, (_, index) => [0, index + 1] as const),
    );
    const sampler = new BatchSampler([same], 8, 1, createRandom(3));
    expect(sampler.next().pairs).toHaveLength(1);
  });

  it("refuses a source whose pairs say the same on both sides", () => {
    const equal = source("echo", [
      [1, 1],
      [2, 2],
    ]);
    expect(() => new BatchSampler([equal], 8, 1, createRandom(1)).next()).toThrow(
      /echo has two different texts/,
    );
  });

  it("chooses sources by (their pairs)^exponent, and repeats itself for a seed", () => {
    const sources = [distinct("small", 100), distinct("large", 10_000)];
    const draw = (seed: number): string[] => {
      const sampler = new BatchSampler(sources, 10, 0.5, createRandom(seed));
      return Array.from({ length: 4000 }, () => sampler.next().source.name);
    };
    const names = draw(4);
    // 100^0.5 : 10000^0.5 = 1 : 10; three standard deviations around 1 / 11.
    const share = names.filter((name) => name === "small").length / names.length;
    expect(Math.abs(share - 1 / 11)).toBeLessThan(3 * Math.sqrt((1 / 11) * (10 / 11) * (1 / 4000)));
    expect(draw(4)).toEqual(names);
    expect(draw(5)).not.toEqual(names);
  });
});
