import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth } from "./display-width.js";
import { PassageSplitter, passageWidth } from "./passage-splitter.js";

const mixedText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "。",
        "！",
        "？",
        ". ",
        "? ",
        ".\n",
        "\n",
        "\n\n",
        "、",
        ", ",
        "\u3000",
        " ",
        "\t",
        "𠮷",
        "👩‍👩‍👧",
      ),
      fc.constantFrom("the index", "索引を小さくする", "word", "一", "a".repeat(50), "同じ文。同じ文。"),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    ),
    { maxLength: 120 },
  )
  .map((parts) => parts.join(""));

describe("PassageSplitter", () => {
  it("gives ranges that are ordered, apart, within the width and hold all but white space", async () => {
    await fc.assert(
      fc.asyncProperty(mixedText, fc.integer({ min: 10, max: 200 }), async (text, width) => {
        const ranges = await new PassageSplitter(width).splitRanges(text);
        let before = 0;
        for (const { start, end } of ranges) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(text.slice(before, start).trim()).toBe("");
          const passage = text.slice(start, end);
          expect(passage).toBe(passage.trim());
          expect(displayWidth(passage)).toBeLessThanOrEqual(width);
          expect(passage).not.toBe("");
          before = end;
        }
        expect(text.slice(before).trim()).toBe("");
      }),
    );
  });

  it("never cuts a character in two", async () => {
    const ranges = await new PassageSplitter(11).splitRanges("𠮷".repeat(40));
    expect(ranges.every(({ start, end }) => start % 2 === 0 && end % 2 === 0)).toBe(true);
  });

  it("cuts Japanese after its sentence ends", async () => {
    const text = "これは一つ目の文です。これは二つ目の文です！これは三つ目の文ですか？四つ目です。";
    const passages = await passagesOf(text, 46);
    expect(passages).toEqual([
      "これは一つ目の文です。これは二つ目の文です！",
      "これは三つ目の文ですか？四つ目です。",
    ]);
  });

  it("cuts English after its sentence ends, wherever its lines end", async () => {
    const passages = await passagesOf("The first sentence is\nhere. The second one is\nthere. A third.", 40);
    expect(passages).toEqual(["The first sentence is\nhere.", "The second one is\nthere. A third."]);
  });

  it("keeps short paragraphs together up to the usual width", async () => {
    const paragraph = "A paragraph of some length that says something. ".repeat(4).trim();
    const passages = await passagesOf(
      [paragraph, paragraph, paragraph, paragraph].join("\n\n"),
      passageWidth,
    );
    expect(passages.map((passage) => passage.split("\n\n").length)).toEqual([3, 1]);
  });
});

async function passagesOf(text: string, width: number): Promise<string[]> {
  const ranges = await new PassageSplitter(width).splitRanges(text);
  return ranges.map(({ start, end }) => text.slice(start, end));
}
