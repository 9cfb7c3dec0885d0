import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axes } from "./axes.js";
import { element } from "./markup.js";
import { seriesStyle } from "./palette.js";
import { legendRow, moved, picture } from "./picture.js";
import { linearScale } from "./scales.js";
import { textWidth } from "./text-width.js";

/** Names of the elements, in order; fails where they are not closed in order or text could be taken for markup. */
function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const text = svg.replace(/<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<>]*")*)>/g, (_, close, name: string) => {
    if (close) expect(open.pop()).toBe(name);
    else names.push(open[open.push(name) - 1] as string);
    return "";
  });
  expect(open).toEqual([]);
  expect(text.replace(/&#\d+;/g, "")).not.toMatch(/[<>&]/);
  return names;
}

describe("picture", () => {
  it("is one SVG with a style sheet and a white ground, whatever its texts", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (label, text) => {
        const svg = picture({ width: 300, height: 200, label }, moved(5, 5, element("text", {}, text)));
        expect(elementsOf(svg)).toEqual(["svg", "style", "rect", "g", "text"]);
        expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="300" height="200" /);
        expect(svg).toMatch(/ fill="#ffffff"><\/rect>/);
      }),
      { numRuns: 50 },
    );
  });

  it("has colours, not variables: it stands alone", () => {
    expect(picture({ width: 1, height: 1, label: "" })).not.toMatch(/var\(|none\}.*undefined/);
  });
});

describe("legendRow", () => {
  it("puts each entry right of the one before", () => {
    const labels = ["int8", "a kind of layer in float32", "古い地図"];
    const row = legendRow(labels.map((label, index) => ({ label, style: seriesStyle(index) })));
    const starts = row.map(({ text }) => Number(/translate\(([\d.]+) 0\)/.exec(text)?.[1]));
    for (const [index, label] of labels.slice(0, -1).entries())
      expect(starts[index + 1]).toBeGreaterThan((starts[index] as number) + 9 + textWidth(label));
  });
});

describe("axes", () => {
  it("leave out numbers that would overlap, and no ticks", () => {
    const ticks = Array.from({ length: 11 }, (_, index) => index * 100_000);
    const field = { left: 50, right: 350, top: 30, bottom: 150 };
    const drawn = axes(
      { title: "x", ticks, place: linearScale(ticks, field.left, field.right), format: String },
      { title: "y", ticks: [0, 1], place: linearScale([0, 1], field.bottom, field.top), format: String },
      field,
    ).map(({ text }) => text);
    const numbers = drawn.flatMap((text) => {
      const [, x, label] = /^<text x="([\d.]+)" y="169" [^>]*>(\d+)</.exec(text) ?? [];
      return x === undefined || label === undefined ? [] : [{ x: Number(x), half: textWidth(label) / 2 }];
    });
    expect(drawn.filter((text) => text.includes('class="tick"'))).toHaveLength(11);
    expect(numbers.length).toBeGreaterThan(2);
    expect(numbers.length).toBeLessThan(11);
    for (const [index, { x, half }] of numbers.slice(1).entries()) {
      const before = numbers[index] as { x: number; half: number };
      expect(x - half).toBeGreaterThan(before.x + before.half);
    }
  });
});
