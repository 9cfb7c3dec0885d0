import { describe, expect, it } from "vitest";
import { createTokenizer } from "../create-tokenizer.js";
import { addedToken, unigram, wordPiece } from "./fixtures/small-tokenizers.js";

const bert = {
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};

describe("what the fast path does not know exactly goes to the library", () => {
  const files: Record<string, object> = {
    "another normalizer": wordPiece({ normalizer: { type: "Lowercase" } }),
    "no normalizer": wordPiece({ normalizer: null }),
    "an unknown option of the normalizer": wordPiece({ normalizer: { ...bert, keep_case: true } }),
    "another pre-tokenizer": wordPiece({ pre_tokenizer: { type: "Whitespace" } }),
    "an added token that is looked for after normalization": wordPiece({
      added_tokens: [addedToken(1000, "New", { normalized: true })],
    }),
    "an added token with an unknown flag": wordPiece({
      added_tokens: [addedToken(1000, "x", { fuzzy: true })],
    }),
    "an unknown normalizer in a sequence": unigram({
      normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "StripAccents" }] },
    }),
    "two normalizers that look at neighbours": unigram({
      normalizer: { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "NFC" }] },
    }),
    "a character replaced after a run": unigram({
      normalizer: {
        type: "Sequence",
        normalizers: [{ type: "Replace", pattern: { Regex: "a+" }, content: "b" }, { type: "Lowercase" }],
      },
    }),
    "a pattern of two characters": unigram({
      normalizer: { type: "Replace", pattern: { String: "``" }, content: '"' },
    }),
    "a pattern with an escape": unigram({
      normalizer: { type: "Replace", pattern: { Regex: "[^\\w]" }, content: "" },
    }),
    "an unknown option of Metaspace": unigram({
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", fold: true },
    }),
    "an unknown option of the model": unigram({}, { alpha: 0.1 }),
    "scores that are no log probabilities": unigram(
      {},
      {
        vocab: [
          ["<unk>", 0],
          ["a", 12],
          ["b", 3],
        ],
      },
    ),
  };
  it.each(Object.keys(files))("%s", (name) => {
    expect(createTokenizer(files[name]).path).toBe("library");
  });
});
