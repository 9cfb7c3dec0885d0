import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdownSections } from "./markdown-sections.js";
import { splitDocument } from "./split-document.js";

const markdown = `Before any heading.

# Title

Intro.

## First ##

Text of the first.

\`\`\`sh
# a comment, not a heading
\`\`\`

### Deeper

Deep text.

## 二つ目

本文です。
`;

describe("markdownSections", () => {
  it("puts each body under the headings above it", () => {
    const sections = markdownSections(markdown).map(({ start, end, headings }) => ({
      headings,
      body: markdown.slice(start, end).trim(),
    }));
    expect(sections).toEqual([
      { headings: [], body: "Before any heading." },
      { headings: ["Title"], body: "Intro." },
      { headings: ["Title", "First"], body: "Text of the first.\n\n```sh\n# a comment, not a heading\n```" },
      { headings: ["Title", "First", "Deeper"], body: "Deep text." },
      { headings: ["Title", "二つ目"], body: "本文です。" },
    ]);
  });

  it("leaves out sections without a body", () => {
    expect(markdownSections("# A\n## B\n\n# C\ntext").map(({ headings }) => headings)).toEqual([["C"]]);
    expect(markdownSections("# A")).toEqual([]);
  });

  it("gives back every line but headings and blank ones", () => {
    const line = fc.constantFrom(
      "# one",
      "## two",
      "text",
      "",
      "```",
      "~~~",
      "#no heading",
      "    # code",
      "本文",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join("\n");
        let before = 0;
        for (const { start, end } of markdownSections(text)) {
          expect(start).toBeGreaterThanOrEqual(before);
          for (const between of text.slice(before, start).split("\n"))
            expect(between).toMatch(/^(#{1,2} \w+)?$/);
          before = end;
        }
        for (const between of text.slice(before).split("\n")) expect(between).toMatch(/^(#{1,2} \w+)?$/);
      }),
    );
  });
});

describe("splitDocument", () => {
  it("never crosses a heading in Markdown, and pays no heed to them in plain text", async () => {
    const passages = await splitDocument({ kind: "markdown", text: markdown, pageStarts: [] });
    expect(passages.map(({ headings }) => headings.at(-1))).toEqual([
      undefined,
      "Title",
      "First",
      "Deeper",
      "二つ目",
    ]);
    const plain = await splitDocument({ kind: "text", text: markdown, pageStarts: [] });
    expect(plain).toEqual([{ start: 0, end: markdown.length - 1, headings: [] }]);
  });

  it("names the page a passage begins on", async () => {
    const pages = ["first page. ".repeat(70).trim(), "second page. ".repeat(70).trim()];
    const text = pages.join("\n\n");
    const pageStarts = [0, text.indexOf("second")];
    const passages = await splitDocument({ kind: "pdf", text, pageStarts });
    for (const { start, page } of passages) expect(page).toBe(start < (pageStarts[1] as number) ? 1 : 2);
    expect(new Set(passages.map(({ page }) => page))).toEqual(new Set([1, 2]));
  });

  it("finds something even in a document of headings", async () => {
    expect(await splitDocument({ kind: "markdown", text: "# Only a title", pageStarts: [] })).toEqual([
      { start: 0, end: 14, headings: [] },
    ]);
  });
});
