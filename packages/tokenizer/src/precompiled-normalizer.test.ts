import { InvalidFileError } from "@kokeshi/core";
import { describeWithData } from "@kokeshi/test-data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTokenizerJson } from "./fixtures/golden.js";
import { createPrecompiledNormalizer, graphemes } from "./precompiled-normalizer.js";

describe("createPrecompiledNormalizer", () => {
  it("changes nothing without rules", () => {
    for (const empty of [null, undefined, ""]) {
      expect(createPrecompiledNormalizer(empty, "normalizer")("Ａb\r\nが")).toBe("Ａb\r\nが");
    }
  });

  it("refuses what is not a charsmap", () => {
    for (const charsmap of [
      5,
      "not base64!",
      btoa("abc"),
      btoa("\u0008\0\0\0abcd"),
      btoa("\u0003\0\0\0abcd"),
    ]) {
      expect(() => createPrecompiledNormalizer(charsmap, "normalizer")).toThrow(InvalidFileError);
    }
  });

  it("comes to an end on any trie", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff_ffff), { maxLength: 300 }),
        fc.string({ unit: "grapheme" }),
        (units, text) => {
          const bytes = new Uint8Array(4 + units.length * 4 + 3);
          const view = new DataView(bytes.buffer);
          view.setUint32(0, units.length * 4, true);
          units.forEach((unit, index) => view.setUint32(4 + index * 4, unit, true));
          const normalize = createPrecompiledNormalizer(btoa(String.fromCharCode(...bytes)), "normalizer");
          expect(typeof normalize(text)).toBe("string");
        },
      ),
    );
  });
});

describe("graphemes", () => {
  it("are those of the whole text, however long it is", () => {
    const parts = [
      "e\u0301",
      "👩‍👩‍👧",
      "🇯🇵",
      "🇫",
      "\r\n",
      "각",
      "ᄀ",
      "ᅡ",
      "क्",
      "ष",
      "\u200d",
      "\u0300",
      "a",
      "👍",
    ];
    const long = fc.array(fc.constantFrom(...parts), { minLength: 200, maxLength: 900, size: "max" });
    fc.assert(
      fc.property(long, (list) => {
        const text = list.join("");
        const whole = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
        expect(Array.from(graphemes(text))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("may be longer than what is looked at once", () => {
    const zalgo = `a${"\u0301".repeat(5000)}`;
    expect(Array.from(graphemes(`${zalgo}b${zalgo}`))).toEqual([zalgo, "b", zalgo]);
  });
});

describeWithData(
  "the rules of XLM-R (nmt_nfkc)",
  ["tokenizers/paraphrase-multilingual-mpnet-base-v2.json.gz"],
  () => {
    const { normalizer } = readTokenizerJson("paraphrase-multilingual-mpnet-base-v2");
    const charsmap = (normalizer as Record<string, unknown>)["precompiled_charsmap"];

    it.each([
      ["ＡＢＣ　ｱｲｳ", "ABC アイウ"],
      ["㍿ ① ﬁ", "株式会社 1 fi"],
      ["tab\there\r\nthere", "tab here there"],
      // A base with a mark is one rule, with two marks none: then the marks stay as they are.
      ["e\u0301", "é"],
      ["plain text, 日本語 und Grüße", "plain text, 日本語 und Grüße"],
    ])("%j becomes %j", (text, expected) => {
      expect(createPrecompiledNormalizer(charsmap, "normalizer")(text)).toBe(expected);
    });
  },
);
