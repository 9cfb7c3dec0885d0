import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "../create-tokenizer.js";
import { findDifferences } from "./fixtures/compare-with-native.js";
import { randomTexts } from "./fixtures/random-text.js";
import {
  addedToken,
  bytePieces,
  smallCharsmap,
  unigram,
  wordPiece,
  wordPieceCount,
} from "./fixtures/small-tokenizers.js";

// The reference is the official native binding, npm `tokenizers` 0.23.2. `npm run fuzz` does the same at length.

async function expectAgreement(tokenizerJson: object, count: number, extras: string[] = []): Promise<void> {
  expect(createTokenizer(tokenizerJson).path).toBe("fast");
  expect(await findDifferences(tokenizerJson, ["", ...randomTexts(7, count, extras)])).toEqual([]);
}

const specials = ["[MASK]", " [MASK] ", "[UNK]", "<unk>", "</s>", "</s>  ", "[CLS", "一二三", "ξ", "▁", " ▁"];

describe("WordPiece agrees with the native library", () => {
  const booleans = [true, false];
  const normalizers = booleans.flatMap((clean_text) =>
    booleans.flatMap((handle_chinese_chars) =>
      [null, true, false].flatMap((strip_accents) =>
        booleans.map((lowercase) => ({ clean_text, handle_chinese_chars, strip_accents, lowercase })),
      ),
    ),
  );
  it.each(normalizers)("$clean_text $handle_chinese_chars $strip_accents $lowercase", async (options) => {
    await expectAgreement(wordPiece({ normalizer: { type: "BertNormalizer", ...options } }), 200, specials);
  });

  it("whatever flags an added token has", async () => {
    const flags = [
      {},
      { lstrip: true },
      { rstrip: true },
      { lstrip: true, rstrip: true },
      { single_word: true },
      { single_word: true, lstrip: true, rstrip: true },
    ];
    const contents = ["[A]", "[AB]", "ab", "a b", "ab.", "<x>"];
    const added_tokens = contents.map((content, index) =>
      addedToken(wordPieceCount + index, content, flags[index]),
    );
    await expectAgreement(wordPiece({ added_tokens }), 1500, [
      ...contents,
      ...contents,
      " ",
      "\u3000",
      "_",
      "é",
    ]);
  });

  it("for every single character, alone and inside a word", async () => {
    const texts: string[] = [];
    for (let codePoint = 0; codePoint < 0x30000; codePoint++) {
      if (codePoint < 0xd800 || codePoint > 0xdfff) texts.push(`a${String.fromCodePoint(codePoint)}b`);
    }
    expect(await findDifferences(wordPiece(), texts)).toEqual([]);
  });
});

describe("Unigram agrees with the native library", () => {
  const replaceRun = { type: "Replace", pattern: { Regex: "\\s+" }, content: " " };
  const strip = { type: "Strip", strip_left: true, strip_right: true };
  const normalizers: Record<string, object | null> = {
    none: null,
    NFC: { type: "NFC" },
    NFD: { type: "NFD" },
    NFKC: { type: "NFKC" },
    NFKD: { type: "NFKD" },
    Nmt: { type: "Nmt" },
    Precompiled: { type: "Precompiled", precompiled_charsmap: smallCharsmap() },
    Prepend: { type: "Prepend", prepend: "▁" },
    "Nmt, NFKC, Lowercase, runs, Strip": {
      type: "Sequence",
      normalizers: [{ type: "Nmt" }, { type: "NFKC" }, { type: "Lowercase" }, replaceRun, strip],
    },
    "runs of spaces, Strip": {
      type: "Sequence",
      normalizers: [{ type: "NFKC" }, { type: "Replace", pattern: { Regex: " +" }, content: " " }, strip],
    },
    "removal before NFC": {
      type: "Sequence",
      normalizers: [
        { type: "Replace", pattern: { Regex: "[\u00ad\u200b-\u200f]" }, content: "" },
        { type: "NFC" },
      ],
    },
    "Bert, Replace, runs of two": {
      type: "Sequence",
      normalizers: [
        {
          type: "BertNormalizer",
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: true,
          lowercase: true,
        },
        { type: "Replace", pattern: { String: "." }, content: " . " },
        { type: "Replace", pattern: { Regex: " {2,}" }, content: "▁" },
        { type: "Strip", strip_left: false, strip_right: true },
      ],
    },
  };
  it.each(Object.keys(normalizers))("normalizer: %s", async (name) => {
    await expectAgreement(unigram({ normalizer: normalizers[name] }), 400, specials);
  });

  const metaspace = { type: "Metaspace", replacement: "▁" };
  const preTokenizers: Record<string, object | null> = {
    none: null,
    "always, split": { ...metaspace, prepend_scheme: "always", split: true },
    "always, whole": { ...metaspace, prepend_scheme: "always", split: false },
    "first, split": { ...metaspace, prepend_scheme: "first", split: true },
    "first, whole": { ...metaspace, prepend_scheme: "first", split: false },
    "never, split": { ...metaspace, prepend_scheme: "never", split: true },
    "as old files say it": { ...metaspace, add_prefix_space: true, str_rep: "▁" },
    WhitespaceSplit: { type: "WhitespaceSplit" },
    "WhitespaceSplit, Metaspace": {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, { ...metaspace, add_prefix_space: true }],
    },
  };
  it.each(Object.keys(preTokenizers))("pre-tokenizer: %s", async (name) => {
    await expectAgreement(unigram({ pre_tokenizer: preTokenizers[name] }), 400, specials);
  });

  it("with byte fallback", async () => {
    await expectAgreement(unigram({}, { byte_fallback: true }, bytePieces), 400, specials);
    // Without the byte E3 what holds it stays unknown.
    const incomplete = bytePieces.filter((piece) => piece !== "<0xE3>");
    await expectAgreement(unigram({}, { byte_fallback: true }, incomplete), 400, specials);
  });
});

const sharedTokenizers = [
  "tokenizers/bert-base-uncased.json.gz",
  "tokenizers/llm-jp-ver2.2.json.gz",
  "tokenizers/nmt-unigram.json.gz",
  "tokenizers/t5-small.json.gz",
  "models/model2vec-rs/test-model-vocab-quantized/tokenizer.json",
];

describeWithData("real tokenizers agree with the native library", sharedTokenizers, () => {
  it.each(sharedTokenizers)("%s", async (path) => {
    const bytes = readFileSync(dataPath(path));
    const json = JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()) as object;
    const tokens = [...createTokenizer(json).vocabulary().keys()];
    await expectAgreement(json, 500, tokens);
  });
});
