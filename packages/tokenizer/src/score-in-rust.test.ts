import fc from "fast-check";
import { expect, it } from "vitest";
import { findDifferences } from "./fast/fixtures/compare-with-native.js";
import { unigram } from "./fast/fixtures/small-tokenizers.js";
import { scoreInRust } from "./score-in-rust.js";
import { createUnigramModel } from "./unigram-model.js";

it("is the score of the file, or off by a unit in the last place", () => {
  expect(scoreInRust(-8.185011863708496)).toBe(-8.185011863708496);
  // Scores of the default model's tokenizer; what Rust makes of them was inferred from ways of equal score.
  expect(scoreInRust(-11.582991600036621)).toBe(-11.58299160003662);
  expect([0, -1, -2.5, -1e-7, 1e21, 5e-324].map(scoreInRust)).toEqual([0, -1, -2.5, -1e-7, 1e21, 5e-324]);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (score) => {
      expect(Math.abs(scoreInRust(score) - score)).toBeLessThanOrEqual(Math.abs(score) * 2 ** -52);
    }),
  );
});

it("decides between ways of equal score as it does in the native library", async () => {
  // Exactly, 5 + 55 and 55 + 5 after the first piece come to the same.
  const vocab: [string, number][] = [
    ["<unk>", 0],
    ["▁suspended", -11.582991600036621],
    ["5", -8.185011863708496],
    ["55", -10.504302978515625],
    ["88", Math.fround(-11.051285)],
  ];
  const json = unigram({ added_tokens: [] }, { vocab });
  expect(await findDifferences(json, ["suspended55588", "suspended555", "suspended55555"])).toEqual([]);
  expect(createUnigramModel({ vocab, unk_id: 0 })("▁suspended55588")).toEqual([
    "▁suspended",
    "55",
    "5",
    "88",
  ]);
});
