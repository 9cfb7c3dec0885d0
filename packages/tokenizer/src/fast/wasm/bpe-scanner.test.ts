import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteLevel, characterLevel, smallBpeFiles, words } from "../bpe/fixtures/small-bpe.js";
import { randomTexts } from "../fixtures/random-text.js";
import { addedToken } from "../fixtures/small-tokenizers.js";
import { encoderOf, expectSame } from "./fixtures/both-ways.js";
import { longestPart, mostUnits } from "./layout.js";

const character = fc.constantFrom(
  ..."aeeghinoortv   \t\n\r▁'''<|.,!ſSLÉéïΣ0123456789²³½が日本語ですカタ、привет",
  ...["👩", "🏽", "𝟙", "𠀀", "\u{e0100}", "\ud800", "\udc00", "\u0301", "\u0000", "\ufdd2", "\u2028"],
);
const piece = fc.constantFrom(...words, " the", "'ll", "'RE", "12345", "\r\n", "<|endoftext|>", "日本語です");
const run = fc.tuple(character, fc.nat(100)).map(([repeated, count]) => repeated.repeat(count));
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: character },
      { weight: 3, arbitrary: piece },
      { weight: 1, arbitrary: run },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));
const texts = fc.array(text, { maxLength: 12 });

describe.each(Object.entries(smallBpeFiles))("%s in WebAssembly gives the ids of JavaScript", (_, json) => {
  it("for any batch, limit and state of the cache", () => {
    const encoder = encoderOf(json);
    fc.assert(
      fc.property(texts, fc.option(fc.nat(8), { nil: undefined }), (batch, limit) => {
        expectSame(encoder, batch, limit);
      }),
      { numRuns: 150 },
    );
  });

  it("for texts of all scripts", () => {
    expectSame(encoderOf(json), randomTexts(5, 300, [...words, "'s", "\n\n"]));
  });
});

describe("BPE in WebAssembly", () => {
  it("encodes characters beyond U+FFFF, and leaves halves of them to JavaScript", () => {
    for (const json of [byteLevel(), characterLevel()]) {
      expect(expectSame(encoderOf(json), ["the 👩‍👩‍👧 🏽🏽 𠀀 tokens", "𝟙"])).toBe(0);
      expect(expectSame(encoderOf(json), ["\ud83d", "a\udc00b", "\udc00\ud83d", "in"])).toBe(3);
    }
  });

  it("leaves texts with longer parts than there is room for to JavaScript", () => {
    const most = longestPart / 2;
    const encoder = encoderOf(byteLevel());
    expect(expectSame(encoder, ["the", "x".repeat(most), "日本語".repeat(20), "over"])).toBe(0);
    expect(expectSame(encoder, ["the", "x".repeat(most + 1), "over", "!".repeat(mostUnits)])).toBe(2);
  });

  it("finds added tokens in what a text becomes in lower case", () => {
    const json = byteLevel({ normalizer: { type: "Lowercase" } });
    const first = Object.keys((json as { model: { vocab: object } }).model.vocab).length;
    const added_tokens = [addedToken(first, "<S>", { normalized: true })];
    const encoder = encoderOf({ ...json, added_tokens });
    expect(expectSame(encoder, ["a <S>", "a <s>", "< S>", "the"])).toBe(2);
  });

  it("leaves to JavaScript tokens that merges do not lead to, where the file ignores merges", () => {
    const json = characterLevel({ normalizer: null }, { ignore_merges: true, merges: [] });
    const encoder = encoderOf({
      ...json,
      normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    });
    expect(expectSame(encoder, ["the", "t h", "tokens", "e"])).toBe(2);
  });
});
