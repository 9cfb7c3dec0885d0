import { InvalidFileError } from "@kokeshi/core";
import { describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { createTokenizer } from "./create-tokenizer.js";
import { readTokenizerJson } from "./fixtures/golden.js";
import { bpeJson, unigramJson, wordPieceJson } from "./fixtures/small-tokenizers.js";
import { loadTokenizer } from "./load-tokenizer.js";

const texts = ["", "hello, worlds 人", "xyz \uD800 abc <end>"];

it.each([
  ["WordPiece", wordPieceJson()],
  ["Unigram", unigramJson()],
  ["BPE", bpeJson()],
  // Unknown to the fast path.
  ["library", { ...wordPieceJson(), pre_tokenizer: { type: "Digits", individual_digits: true } }],
])("is the tokenizer that createTokenizer gives: %s", async (_, json) => {
  const loaded = await loadTokenizer(json);
  const created = createTokenizer(json);
  expect(loaded.path).toBe(created.path);
  expect(loaded.vocabulary()).toEqual(created.vocabulary());
  expect(loaded.encodeBatch(texts)).toEqual(created.encodeBatch(texts));
});

it("refuses what createTokenizer refuses", async () => {
  await expect(loadTokenizer({})).rejects.toThrow(InvalidFileError);
  await expect(loadTokenizer({ ...wordPieceJson(), normalizer: { type: "Nmt" } })).rejects.toThrow(/Nmt/);
});

describeWithData("a file whose tokenizer_config.json changes the text", ["tokenizers"], () => {
  it("takes the same path", async () => {
    const json = readTokenizerJson("bert-base-uncased");
    const config = { do_lowercase_and_remove_accent: true };
    expect((await loadTokenizer(json, { tokenizerConfig: config })).path).toBe("library");
    expect((await loadTokenizer(json)).path).toBe("fast");
  });
});
