import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileKind } from "../loading/file-kind.js";
import { onOneLine, sentencesOf } from "./sentences.js";

function sentences(text: string, kind: FileKind = "markdown"): string[][] {
  return sentencesOf(text, { start: 0, end: text.length }, kind).map((block) =>
    block.map(({ start, end }) => text.slice(start, end)),
  );
}

describe("sentencesOf", () => {
  it("splits both languages", () => {
    expect(sentences("It costs 1.5 MB, e.g. for int8. Is it much? No!")).toEqual([
      ["It costs 1.5 MB, e.g. for int8.", "Is it much?", "No!"],
    ]);
    expect(sentences("量子化します。小さくなりますか？はい！")).toEqual([
      ["量子化します。", "小さくなりますか？", "はい！"],
    ]);
  });

  it("reads over line ends inside a paragraph", () => {
    expect(sentences("One sentence over\ntwo lines. Another.\n\nNew paragraph.")).toEqual([
      ["One sentence over\ntwo lines.", "Another."],
      ["New paragraph."],
    ]);
  });

  it("takes list items for paragraphs and leaves out headings, tables and code", () => {
    const text =
      "## Heading\n\n- First item.\n- Second item\n  goes on.\n1. Numbered.\n\n| a | b |\n\n```js\ncode();\n```\n> Quoted.";
    expect(sentences(text)).toEqual([
      ["First item."],
      ["Second item\n  goes on."],
      ["Numbered."],
      ["Quoted."],
    ]);
  });

  it("takes each line of a PDF for a paragraph", () => {
    expect(sentences("A title\nA sentence.", "pdf")).toEqual([["A title"], ["A sentence."]]);
  });

  it("stays inside the passage", () => {
    const line = fc.constantFrom(
      "Some text. More of it.",
      "文です。次の文。",
      "- item",
      "",
      "```",
      "# h",
      "| t |",
      "> q.",
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat(), (lines, a, b) => {
        const text = lines.join("\n");
        const [start = 0, end = 0] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
        let before = start;
        for (const sentence of sentencesOf(text, { start, end }, "markdown").flat()) {
          expect(sentence.start).toBeGreaterThanOrEqual(before);
          expect(sentence.end).toBeGreaterThan(sentence.start);
          expect(sentence.end).toBeLessThanOrEqual(end);
          before = sentence.end;
        }
      }),
    );
  });
});

describe("onOneLine", () => {
  it("joins words with a space and Japanese without", () => {
    expect(onOneLine("two\n  words")).toBe("two words");
    expect(onOneLine("日本\n語")).toBe("日本語");
    expect(onOneLine("日本\nGo")).toBe("日本 Go");
  });
});
