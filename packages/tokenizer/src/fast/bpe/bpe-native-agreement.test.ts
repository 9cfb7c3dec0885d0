import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../create-tokenizer.js";
import { findDifferences } from "../fixtures/compare-with-native.js";
import { randomTexts } from "../fixtures/random-text.js";
import { addedToken, bytePieces } from "../fixtures/small-tokenizers.js";
import { byteCharacters } from "./byte-alphabet.js";
import { cl100kExpression, clipExpression, gpt2Expression } from "./piece-scanners.js";

const words = [
  "the",
  "ing",
  "tokens",
  "over",
  "naïve",
  "日本語",
  "です",
  "カタカナ",
  "привет",
  "👩‍👩‍👧",
  "2024",
  "  ",
  "!!!",
  "'re",
];

function spellBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]).join("");
}

/** A vocabulary that builds every word from its left and, in odd places, from its right end. */
function bpe(alphabet: readonly string[], spelledWords: readonly (readonly string[])[], suffix = "") {
  const vocab = new Set([...alphabet, ...(suffix ? alphabet.map((symbol) => symbol + suffix) : [])]);
  const merges = new Set<string>();
  spelledWords.forEach((word, index) => {
    const symbols = [...word];
    if (suffix) symbols[symbols.length - 1] += suffix;
    while (symbols.length > 1) {
      const at = index % 2 === 0 ? 0 : symbols.length - 2;
      const [left, right] = symbols.slice(at, at + 2) as [string, string];
      merges.add(`${left} ${right}`);
      vocab.add(left + right);
      symbols.splice(at, 2, left + right);
    }
  });
  return {
    vocab: Object.fromEntries([...vocab].map((token, id) => [token, id])),
    merges: [...merges],
  };
}

function byteLevel(options: object = {}, model: object = {}, suffix = ""): object {
  const spelled = [...words, ...words.map((word) => ` ${word}`)].map((word) => Array.from(spellBytes(word)));
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: null,
    decoder: null,
    model: { type: "BPE", ...bpe(byteCharacters, spelled, suffix), ...model },
    ...options,
  };
}

const characters = ["▁", ..."abcdefghijklmnopqrstuvwxyz.,!'0123456789日本語ですカタナ🏽"];

function characterLevel(options: object = {}, model: object = {}): object {
  const spelled = [...words, ...words.map((word) => `▁${word}`), "▁▁", "▁▁▁▁"]
    .map((word) => Array.from(word))
    .filter((word) => word.every((character) => characters.includes(character)));
  const { vocab, merges } = bpe(["<unk>", ...bytePieces, ...characters], spelled);
  return {
    ...byteLevel(options),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    model: { type: "BPE", vocab, merges, unk_token: "<unk>", fuse_unk: true, byte_fallback: true, ...model },
    ...options,
  };
}

async function expectAgreement(json: object, extras: readonly string[] = []): Promise<void> {
  expect(createTokenizer(json).path).toBe("fast");
  const texts = ["", " ", ...randomTexts(13, 400, [...words, ...words, "'s", "'LL", " ", "\n\n", ...extras])];
  expect(await findDifferences(json, texts)).toEqual([]);
}

function split(expression: string, behavior: "Isolated" | "Removed" = "Isolated"): object {
  return { type: "Split", pattern: { Regex: expression }, behavior, invert: behavior === "Removed" };
}

const bytesOnly = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const gpt2 = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const falcon = [
  { type: "Punctuation", behavior: "Contiguous" },
  gpt2,
  { type: "Digits", individual_digits: false },
  split("[0-9][0-9][0-9]"),
];

function sequence(...pretokenizers: object[]): object {
  return { pre_tokenizer: { type: "Sequence", pretokenizers } };
}

/** The vocabulary without some symbols and the tokens made of them. */
function without(json: object, symbols: string): object {
  const { model } = json as { model: { vocab: Record<string, number>; merges: string[] } };
  const lacks = (token: string) => Array.from(symbols).some((symbol) => token.includes(symbol));
  const vocab = Object.keys(model.vocab).filter((token) => !lacks(token));
  return {
    ...json,
    model: {
      ...model,
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: model.merges.filter((merge) => !lacks(merge)),
    },
  };
}

describe("BPE agrees with the native library", () => {
  const files: Record<string, object> = {
    "GPT-2": byteLevel(),
    "a space before the text": byteLevel({ pre_tokenizer: { ...gpt2, add_prefix_space: true } }),
    "GPT-2 as Split": byteLevel(sequence(split(gpt2Expression), bytesOnly)),
    "Llama 3": byteLevel(sequence(split(cl100kExpression("{1,3}")), bytesOnly), { ignore_merges: true }),
    cl100k: byteLevel(sequence(split(cl100kExpression("{1,3}"), "Removed"), bytesOnly)),
    "Qwen 2": byteLevel({
      ...sequence(split(cl100kExpression("")), bytesOnly),
      normalizer: { type: "NFC" },
    }),
    CLIP: byteLevel(
      {
        ...sequence(split(clipExpression, "Removed"), gpt2),
        normalizer: {
          type: "Sequence",
          normalizers: [
            { type: "NFC" },
            { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
            { type: "Lowercase" },
          ],
        },
      },
      { end_of_word_suffix: "</w>" },
      "</w>",
    ),
    Falcon: byteLevel(sequence(...falcon)),
    "Falcon without some bytes": without(byteLevel(sequence(...falcon)), "aｃã³"),
    "bytes outside the vocabulary are dropped": without(byteLevel(), "tã"),
    "tokens merges do not reach": byteLevel(sequence(split(cl100kExpression("{1,3}")), bytesOnly), {
      ignore_merges: true,
      merges: [],
    }),
    "Llama 2": characterLevel(),
    "Llama 2 without byte fallback": characterLevel({}, { byte_fallback: false }),
    "unknown characters one by one": characterLevel({}, { byte_fallback: false, fuse_unk: false }),
    "no unknown token": characterLevel({}, { byte_fallback: false, unk_token: null }),
    "no space before the text": characterLevel({
      normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    }),
    ...Object.fromEntries(
      ["always", "first", "never"].map((prepend_scheme) => [
        `Metaspace ${prepend_scheme}`,
        characterLevel({
          normalizer: null,
          pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme, split: false },
          added_tokens: [addedToken(0, "<unk>")],
        }),
      ]),
    ),
    "whole texts that are tokens": characterLevel({}, { ignore_merges: true }),
  };
  it.each(Object.keys(files))("%s", async (name) => {
    await expectAgreement(files[name] as object, ["<unk>", "▁", "<|endoftext|>", "<|ENDOFTEXT|>"]);
  });

  it("with a prefix inside words", async () => {
    const vocab = [
      ...byteCharacters,
      ...byteCharacters.map((byte) => `##${byte}`),
      "th",
      "the",
      "##in",
      "##ing",
    ];
    const model = {
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: ["##i ##n", "t ##h", "th ##e", "##in ##g"],
      continuing_subword_prefix: "##",
    };
    await expectAgreement(byteLevel({}, model));
  });

  it("with added tokens, before and after normalization", async () => {
    const json = byteLevel({ normalizer: { type: "Lowercase" } });
    const first = Object.keys((json as { model: { vocab: object } }).model.vocab).length;
    const tokens = ["<S>", "<s>", "  ", "THE", "日本"];
    const added_tokens = tokens.map((content, index) =>
      addedToken(first + index, content, { normalized: index > 0, lstrip: index === 1, rstrip: index === 4 }),
    );
    await expectAgreement({ ...json, added_tokens }, [...tokens, " <s>", "日本  "]);
  });
});

describe("what the BPE fast path does not know exactly goes to the library", () => {
  const files: Record<string, object> = {
    "another regular expression": byteLevel(sequence(split("\\p{L}+|\\s+"), bytesOnly)),
    "a known expression used otherwise": byteLevel(sequence(split(clipExpression), gpt2)),
    "an unknown option of ByteLevel": byteLevel({ pre_tokenizer: { ...gpt2, fold: true } }),
    "another normalizer": byteLevel({ normalizer: { type: "NFKC" } }),
    "a space before each piece": byteLevel(
      sequence(split(gpt2Expression), { ...bytesOnly, add_prefix_space: true }),
    ),
    dropout: byteLevel({}, { dropout: 0.1 }),
    "byte fallback without all bytes": without(characterLevel(), "7"),
    "byte fallback in a vocabulary of bytes": byteLevel({}, { byte_fallback: true }),
    "an unknown option of the model": byteLevel({}, { temperature: 1 }),
    "an id that the library would not give": byteLevel({ added_tokens: [addedToken(100_000, "<s>")] }),
    "an added token looked for between replaced spaces": characterLevel({
      added_tokens: [addedToken(0, "<unk>", { normalized: true })],
    }),
  };
  it.each(Object.keys(files))("%s", (name) => {
    expect(createTokenizer(files[name]).path).toBe("library");
  });
});
