import { describe, expect, it } from "vitest";
import { GradedSampler } from "./graded-sampler.js";
import type { GradedSource } from "./graded-source.js";
import { createRandom } from "./random.js";

function source(name: string, pairs: number, weight?: number): GradedSource {
  const tokens = { ids: new Uint32Array(pairs), starts: new Uint32Array(pairs + 1) };
  const scores = Float32Array.from({ length: pairs }, (_, index) => index);
  return { name, pairs, first: tokens, second: tokens, scores, ...(weight === undefined ? {} : { weight }) };
}

describe("GradedSampler", () => {
  it("draws every pair once before any again, across batches that do not divide the source", () => {
    const sampler = new GradedSampler([source("only", 10)], 4, 1, createRandom(1));
    const drawn = Array.from({ length: 5 }, () => Array.from(sampler.next().pairs)).flat();
    expect(new Set(drawn.slice(0, 10)).size).toBe(10);
    expect(new Set(drawn.slice(10)).size).toBe(10);
  });

  it("gives whole small sources, and draws sources by their weights", () => {
    const sampler = new GradedSampler([source("a", 3), source("b", 3, 9)], 8, 0, createRandom(2));
    const batches = Array.from({ length: 2000 }, () => sampler.next());
    expect(Array.from(batches[0]?.pairs ?? []).sort()).toEqual([0, 1, 2]);
    const share = batches.filter(({ source: { name } }) => name === "a").length / batches.length;
    // Three standard deviations around 1 / 10.
    expect(Math.abs(share - 0.1)).toBeLessThan(3 * Math.sqrt((0.1 * 0.9) / 2000));
  });
});
