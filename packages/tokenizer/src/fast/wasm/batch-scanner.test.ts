import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomTexts } from "../fixtures/random-text.js";
import { addedToken, unigram, wordPiece } from "../fixtures/small-tokenizers.js";
import { bothWays, encoderOf, expectSame } from "./fixtures/both-ways.js";
import { mostRows, mostUnits } from "./layout.js";

const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
const collapse = { type: "Replace", pattern: { Regex: "[ \t\n]+" }, content: " " };
const strip = { type: "Strip", strip_left: true, strip_right: true };
const tokenizers: Record<string, object> = {
  WordPiece: wordPiece(),
  "WordPiece that keeps case": wordPiece({
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: false,
      strip_accents: false,
      lowercase: false,
    },
  }),
  "Unigram cut at every space": unigram({ normalizer: { type: "NFKC" }, pre_tokenizer: metaspace }),
  "Unigram cut at white space": unigram({
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, metaspace] },
  }),
  "Unigram with spaces collapsed": unigram({
    normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Lowercase" }, collapse, strip] },
    pre_tokenizer: metaspace,
  }),
};

// Of what occurs in the small vocabularies, with spaces of all kinds, and a few characters that none of them has.
const character = fc.constantFrom(
  ..."aabcdeinghtks  \t\n.,!!?#▁é½ﬁ…ーームがあるパ日本語、。한국Ωж\u0000\uFDD0[M",
);
const word = fc.constantFrom("the", "tokens", " in", "日本", "がある", "ing ", "[MASK]", "straße", "...");
const text = fc.array(fc.oneof({ weight: 3, arbitrary: character }, word), { maxLength: 40 });
const texts = fc.array(
  text.map((parts) => parts.join("")),
  { maxLength: 12 },
);

describe.each(Object.entries(tokenizers))("%s in WebAssembly gives the ids of JavaScript", (_, json) => {
  it("for any batch, limit and state of the cache", () => {
    const encoder = encoderOf(json);
    fc.assert(
      fc.property(texts, fc.option(fc.nat(8), { nil: undefined }), (batch, limit) => {
        expectSame(encoder, batch, limit);
      }),
      { numRuns: 400 },
    );
  });

  it("for texts of all scripts", () => {
    expectSame(encoderOf(json), randomTexts(5, 500, ["the", "日本"]));
  });

  it("for more texts, and more text, than there is room for", () => {
    const encoder = encoderOf(json);
    const many = Array.from({ length: 2 * mostRows + 3 }, (_, row) => (row % 7 === 0 ? "" : `the ${row} in`));
    expect(expectSame(encoder, many)).toBe(0);
    const long = ["a".repeat(mostUnits), "the in ".repeat(mostUnits), "tokens", "½".repeat(mostUnits - 1)];
    expect(expectSame(encoder, long)).toBeLessThanOrEqual(2);
    expect(expectSame(encoder, ["b".repeat(mostUnits - 3), "the", "x"])).toBe(0);
  });
});

it("goes back to the whole word where rounding could decide between pieces", () => {
  // Two ways of equal score through "ab": which one comes first to be greater depends on what stands before.
  const vocab: [string, number][] = [
    ["<unk>", 0],
    ["▁", -1.1],
    ["q", -0.1],
    ["a", -0.3],
    ["b", -0.4],
    ["ab", -0.7],
    ["c", -0.1],
    ["bc", -0.5],
  ];
  const json = unigram({ pre_tokenizer: metaspace, added_tokens: [] }, { vocab });
  const encoder = encoderOf(json);
  const prefixes = Array.from({ length: 300 }, (_, count) => "q".repeat(count));
  expectSame(
    encoder,
    prefixes.flatMap((prefix) => [`${prefix}ab`, `${prefix}abc`, `${prefix}abab c`]),
  );
});

it("leaves texts with added tokens, and only those, to JavaScript", () => {
  const json = wordPiece({ added_tokens: [addedToken(1, "[UNK]"), addedToken(3, "[MASK]")] });
  expect(expectSame(encoderOf(json), ["the [MASK] in", "the [1] in", "[", "in"])).toBe(1);
});

it("names the text that is not a string", () => {
  const encoder = encoderOf(wordPiece());
  expect(() => bothWays(encoder, ["the", 3 as unknown as string])).toThrow(/text 1 is number/);
});

describeWithData("ordinary text is not left to JavaScript", ["eval/SciFact/corpus.jsonl.gz"], () => {
  const lines = (path: string) =>
    gunzipSync(readFileSync(dataPath(path)))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);

  it.each([
    ...["bert-base-uncased", "paraphrase-multilingual-mpnet-base-v2", "t5-small"],
    ...["roberta-base", "llama2", "clip", "falcon", "phi-2", "whisper-tiny"],
  ])("%s", (name) => {
    const json: unknown = JSON.parse(
      gunzipSync(readFileSync(dataPath(`tokenizers/${name}.json.gz`))).toString(),
    );
    const encoder = encoderOf(json);
    const english = lines("eval/SciFact/corpus.jsonl.gz").slice(0, 1500);
    const japanese = lines("eval/JaQuAD-retrieval/corpus.jsonl.gz").slice(0, 500);
    const ordinary = [...english, ...japanese].map((line) => line["text"] as string);
    expect(expectSame(encoder, ordinary)).toBeLessThan(ordinary.length / 10);
  });
});
