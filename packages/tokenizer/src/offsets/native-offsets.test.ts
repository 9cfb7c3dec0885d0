import { stripAccentsNormalizer, Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { randomTexts } from "../fast/fixtures/random-text.js";
import {
  addedToken,
  bytePieces,
  smallCharsmap,
  unigram,
  wordPiece,
} from "../fast/fixtures/small-tokenizers.js";
import { countCodePoints } from "./fixtures/code-points.js";
import { createOffsetEncoder } from "./offset-encoder.js";

// The reference is the official native binding, npm `tokenizers` 0.23.2.

const extras = [
  "[MASK]",
  " [MASK] ",
  "<m>",
  "  <m>",
  "<M>",
  "a",
  "b",
  "ab",
  "▁",
  "É",
  "\r\n",
  "\u0301",
  "日本",
  "12",
  "!?",
];

async function expectAgreement(json: object, texts: readonly string[]): Promise<void> {
  const ours = createOffsetEncoder(json);
  const native = NativeTokenizer.fromString(JSON.stringify(json));
  const differences: object[] = [];
  for (const text of texts) {
    const found = ours.encodeWithOffsets(text);
    const expected = await native.encode(text);
    const offsets = countCodePoints(text, found.offsets);
    const same =
      String(found.ids) === String(expected.getIds()) && String(offsets) === String(expected.getOffsets());
    if (!same) {
      const ids = Array.from(found.ids);
      differences.push({ text, ids, offsets, native: [expected.getIds(), expected.getOffsets()] });
    }
  }
  expect(differences.slice(0, 3)).toEqual([]);
}

function someTexts(count: number): string[] {
  return ["", " ", ...randomTexts(5, count, extras)];
}

const eachCharacter = { type: "Split", pattern: { Regex: "[\\s\\S]" }, behavior: "Isolated", invert: false };

/** One token a character, so that the range of each can be seen. */
function wordLevel(options: object): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      addedToken(0, "<u>"),
      addedToken(1, "[MASK]", { lstrip: true, rstrip: true }),
      addedToken(2, "<m>", { normalized: true }),
    ],
    normalizer: null,
    pre_tokenizer: eachCharacter,
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      unk_token: "<u>",
      vocab: { "<u>": 0, "[MASK]": 1, "<m>": 2, a: 3, b: 4, ab: 5 },
    },
    ...options,
  };
}

/** Marks that came into Unicode lately are marks to JavaScript, and so to `createTokenizer`, not to the native library. */
function hasNewerMark(text: string): boolean {
  const decomposed = text.normalize("NFD");
  return stripAccentsNormalizer().normalizeString(decomposed) !== decomposed.replaceAll(/\p{M}/gu, "");
}

const replace = (pattern: object, content: string) => ({ type: "Replace", pattern, content });
const sequence = (...normalizers: object[]) => ({ type: "Sequence", normalizers });
const bert = (options: object) => ({
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
  ...options,
});
const strip = (strip_left: boolean, strip_right: boolean) => ({ type: "Strip", strip_left, strip_right });

describe("each character's range, after the normalizer", () => {
  const normalizers: Record<string, object | null> = {
    none: null,
    NFC: { type: "NFC" },
    NFD: { type: "NFD" },
    NFKC: { type: "NFKC" },
    NFKD: { type: "NFKD" },
    Lowercase: { type: "Lowercase" },
    "NFD, StripAccents": sequence({ type: "NFD" }, { type: "StripAccents" }),
    "StripAccents, NFC": sequence({ type: "StripAccents" }, { type: "NFC" }),
    "Strip left": strip(true, false),
    "Strip right": strip(false, true),
    Strip: strip(true, true),
    Prepend: { type: "Prepend", prepend: "ab" },
    "Prepend, NFKC": sequence({ type: "Prepend", prepend: "▁" }, { type: "NFKC" }),
    "Replace by more": replace({ String: "b" }, "<é>"),
    "Replace by nothing": replace({ Regex: "[a-z]+" }, ""),
    "Replace at the start": replace({ Regex: "(?<!\\n)^" }, "▁"),
    "Replace, Lowercase, Replace": sequence(
      replace({ Regex: "\\s+" }, " "),
      { type: "Lowercase" },
      replace({ String: "ab" }, "b"),
    ),
    Precompiled: { type: "Precompiled", precompiled_charsmap: smallCharsmap() },
    Bert: bert({}),
    "Bert, cased": bert({ lowercase: false, strip_accents: false }),
    "Bert, accents only": bert({
      clean_text: false,
      handle_chinese_chars: false,
      lowercase: false,
      strip_accents: true,
    }),
    "Bert, Replace, Strip": sequence(bert({}), replace({ String: "." }, " . "), strip(true, true)),
  };
  it.each(Object.keys(normalizers))("%s", async (name) => {
    const texts = someTexts(400);
    const isNewer = /StripAccents/.test(name) ? hasNewerMark : () => false;
    await expectAgreement(
      wordLevel({ normalizer: normalizers[name] }),
      texts.filter((text) => !isNewer(text)),
    );
  });
});

describe("each word's range, after the pre-tokenizer", () => {
  const regex = { Regex: "\\d+|[a-z]" };
  const behaviors = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"];
  const metaspace = (options: object) => ({
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: "always",
    split: true,
    ...options,
  });
  const byteLevel = (options: object) => ({
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
    ...options,
  });
  const preTokenizers: Record<string, object | null> = {
    none: null,
    BertPreTokenizer: { type: "BertPreTokenizer" },
    Whitespace: { type: "Whitespace" },
    WhitespaceSplit: { type: "WhitespaceSplit" },
    Digits: { type: "Digits", individual_digits: false },
    "individual Digits": { type: "Digits", individual_digits: true },
    CharDelimiterSplit: { type: "CharDelimiterSplit", delimiter: "a" },
    Metaspace: metaspace({}),
    "Metaspace, first": metaspace({ prepend_scheme: "first" }),
    "Metaspace, never": metaspace({ prepend_scheme: "never" }),
    "Metaspace, whole": metaspace({ split: false }),
    ByteLevel: byteLevel({}),
    "ByteLevel with a space": byteLevel({ add_prefix_space: true }),
    "ByteLevel, whole": byteLevel({ add_prefix_space: true, use_regex: false }),
    "ByteLevel, each byte": {
      type: "Sequence",
      pretokenizers: [byteLevel({ add_prefix_space: true }), eachCharacter],
    },
    "Metaspace, each character": { type: "Sequence", pretokenizers: [metaspace({}), eachCharacter] },
    "WhitespaceSplit, Metaspace": {
      type: "Sequence",
      pretokenizers: [{ type: "WhitespaceSplit" }, metaspace({})],
    },
  };
  for (const behavior of behaviors) {
    preTokenizers[`Punctuation ${behavior}`] = { type: "Punctuation", behavior };
    for (const invert of [false, true]) {
      preTokenizers[`Split ${behavior} ${invert}`] = { type: "Split", pattern: regex, behavior, invert };
    }
    preTokenizers[`Split at a string ${behavior}`] = {
      type: "Split",
      pattern: { String: "ab" },
      behavior,
      invert: false,
    };
  }
  const postProcessors = [
    null,
    { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    { type: "RobertaProcessing", sep: ["a", 3], cls: ["b", 4], add_prefix_space: false, trim_offsets: true },
  ];
  it.each(Object.keys(preTokenizers))("%s", async (name) => {
    const texts = someTexts(100);
    for (const post_processor of postProcessors) {
      const options = { pre_tokenizer: preTokenizers[name], post_processor };
      await expectAgreement(wordLevel(options), texts);
      await expectAgreement(wordLevel({ ...options, normalizer: { type: "NFKD" } }), texts);
    }
  });
});

describe("each token's range, by the model", () => {
  const byteIds = Object.fromEntries(bytePieces.map((piece, index) => [piece, 10 + index]));
  const bpe = (options: object, more: object = {}) =>
    wordLevel({
      pre_tokenizer: { type: "WhitespaceSplit" },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: "<u>",
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: { "<u>": 0, "[MASK]": 1, "<m>": 2, a: 3, b: 4, ab: 5, é: 6, éa: 7, aa: 8, aab: 9, ...more },
        merges: [
          ["a", "a"],
          ["a", "b"],
          ["é", "a"],
          ["aa", "b"],
        ],
        ...options,
      },
    });
  const files: Record<string, object> = {
    WordPiece: wordPiece(),
    Unigram: unigram(),
    "Unigram with byte fallback": unigram({}, { byte_fallback: true }, bytePieces),
    BPE: bpe({}),
    "BPE, unknown tokens fused": bpe({ fuse_unk: true }),
    "BPE without an unknown token": bpe({ unk_token: null }),
    "BPE with byte fallback": bpe({ byte_fallback: true }, byteIds),
    "BPE that ignores merges": bpe({ ignore_merges: true }),
    "BPE with a suffix": bpe({ end_of_word_suffix: "</w>" }, { "a</w>": 10, "b</w>": 11 }),
  };
  it.each(Object.keys(files))("%s", async (name) => {
    await expectAgreement(files[name] as object, someTexts(600));
  });
});
