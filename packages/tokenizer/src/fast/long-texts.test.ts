import { expect, it } from "vitest";
import { findDifferences } from "./fixtures/compare-with-native.js";
import { bytePieces, unigram, wordPiece } from "./fixtures/small-tokenizers.js";

// What takes quadratic time would not come to an end here.
const texts = [
  "a".repeat(1_000_000),
  "日本語の".repeat(5000),
  "ab\u0301".repeat(100_000),
  "ξ".repeat(200_000),
];

it("WordPiece takes long texts without a space", async () => {
  expect(await findDifferences(wordPiece(), texts)).toEqual([]);
});

it("Unigram takes long texts without a space", async () => {
  expect(await findDifferences(unigram({ normalizer: { type: "NFKC" } }), texts)).toEqual([]);
  expect(
    await findDifferences(unigram({ pre_tokenizer: null }, { byte_fallback: true }, bytePieces), texts),
  ).toEqual([]);
});
