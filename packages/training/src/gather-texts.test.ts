import { describe, expect, it } from "vitest";
import { gatherTexts } from "./gather-texts.js";
import { createRandom } from "./random.js";
import { countOccurrences, keepProbabilities } from "./token-dropout.js";

const first = { ids: Uint32Array.of(1, 2, 3, 4), starts: Uint32Array.of(0, 2, 2, 4) };
const second = { ids: Uint32Array.of(5, 5, 6), starts: Uint32Array.of(0, 3) };

describe("gatherTexts", () => {
  it("puts the chosen texts of several lists one behind the other", () => {
    const gathered = gatherTexts([
      { tokens: first, texts: Uint32Array.of(2, 1, 0) },
      { tokens: second, texts: Uint32Array.of(0) },
    ]);
    expect(Array.from(gathered.ids)).toEqual([3, 4, 1, 2, 5, 5, 6]);
    expect(Array.from(gathered.starts)).toEqual([0, 2, 2, 4, 7]);
  });

  it("drops tokens, but no text's last", () => {
    const parts = [{ tokens: second, texts: Uint32Array.of(0, 0) }];
    const keep = Float32Array.of(1, 1, 1, 1, 1, 0, 1);
    expect(Array.from(gatherTexts(parts, keep, createRandom(1)).ids)).toEqual([6, 6]);
    const none = new Float32Array(7);
    expect(Array.from(gatherTexts(parts, none, createRandom(1)).ids)).toEqual([5, 5, 6, 5, 5, 6]);
  });
});

describe("keepProbabilities", () => {
  const counts = countOccurrences(8, [first, second]);

  it("drops all tokens alike, and frequent ones by their share as word2vec does", () => {
    expect(Array.from(keepProbabilities(counts, { probability: 0.25 }))).toEqual(new Array(8).fill(0.75));
    // Token 5 is 2 of 7, the others 1 of 7.
    const keep = keepProbabilities(counts, { probability: 0.5, frequentShare: 1 / 7 });
    expect(keep[5]).toBeCloseTo(0.5 * Math.sqrt(1 / 2), 6);
    expect(keep[6]).toBeCloseTo(0.5, 6);
    expect(keep[0]).toBeCloseTo(0.5, 6);
  });
});
