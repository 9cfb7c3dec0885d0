import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeText } from "./analyze-text.js";

describe("analyzeText, mixed", () => {
  it.each([
    ["The CAT sat; 3 mats!", ["the", "cat", "sat", "3", "mats"]],
    ["東京タワー", ["東京", "京タ", "タワ", "ワー"]],
    ["猫とcat", ["猫と", "cat"]],
    ["の", ["の"]],
    ["ﾃｽﾄ１２ ﬁne", ["テス", "スト", "12", "fine"]],
    ["café naïve Ωμέγα Привет", ["café", "naïve", "ωμέγα", "привет"]],
    ["cafe\u0301", ["café"]],
    ["한국어 中文", ["한국", "국어", "中文"]],
    ["हिन्दी", ["हिन्दी"]],
    ["𠮷野家 a𝐛", ["𠮷野", "野家", "ab"]],
    ["snake_case a-b", ["snake_case", "a", "b"]],
    ["…!? ", []],
    ["", []],
  ])("%j", (text, terms) => {
    expect(analyzeText(text)).toEqual(terms);
    expect(analyzeText(text, "mixed")).toEqual(terms);
  });

  it("cuts what is no word in pieces", () => {
    expect(analyzeText("x".repeat(600)).map(({ length }) => length)).toEqual([255, 255, 90]);
  });

  it("has the terms of a slow way to say it, for any text", () => {
    const dense = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}ー";
    const runs = new RegExp(`[${dense}]+|(?:(?![${dense}])[\\p{L}\\p{N}\\p{M}_])+`, "gu");
    const slowly = (text: string) =>
      (text.normalize("NFKC").toLowerCase().match(runs) ?? []).flatMap((run) => {
        const characters = Array.from(run);
        if (!new RegExp(`^[${dense}]`, "u").test(run)) return [run];
        return characters.length === 1
          ? characters
          : characters.slice(1).map((c, i) => `${characters[i]}${c}`);
      });
    const characters = fc.constantFrom(..."aZé_9 .東京のー가𠮷𝐛\u0301\ud840\udc00", "ﾃﾞ", "अ", "ไ");
    const texts = fc.oneof(fc.string({ unit: characters, maxLength: 60 }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(analyzeText(text)).toEqual(slowly(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe("analyzeText, words and bigrams", () => {
  it("lower-cases words of letters and digits", () => {
    expect(analyzeText("The CAT sat; 3 mats! naïve_x", "words")).toEqual([
      "the",
      "cat",
      "sat",
      "3",
      "mats",
      "naïve_x",
    ]);
  });

  it("takes Japanese in pairs, and drops what is neither Japanese nor ASCII", () => {
    expect(analyzeText("東京タワーは、ＴＯＫＹＯ 1958 é", "bigrams")).toEqual([
      "東京",
      "京タ",
      "タワ",
      "ワー",
      "ーは",
      "tokyo",
      "1958",
    ]);
    expect(analyzeText("の。", "bigrams")).toEqual(["の"]);
  });

  it("leaves words to Intl.Segmenter", () => {
    expect(analyzeText("猫がソファーで寝る。", "segmenter")).toContain("猫");
    expect(analyzeText("。、", "segmenter")).toEqual([]);
  });
});
