import fc from "fast-check";
import { expect, it } from "vitest";
import { heatMap } from "./heat-map.js";

/** What XML 1.0 calls well-formed, as far as these pictures go: known tags, closed in order, nothing raw in text. */
function requireWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, selfClosing] of svg.matchAll(/<(\/?)(svg|rect|text|title)\b[^<>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!selfClosing) open.push(name as string);
  }
  expect(open).toEqual([]);
  const text = svg.replace(/<\/?(?:svg|rect|text|title)\b[^<>]*>/g, "");
  expect(text).not.toMatch(/[<>]|&(?!#\d+;)/);
  // eslint-disable-next-line no-control-regex -- what XML forbids
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
}

it("is well-formed whatever the texts", () => {
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(texts, fc.string(), (labels, title) => {
      requireWellFormed(
        heatMap(
          labels,
          labels.map(() => labels.map(() => 0.5)),
          title,
        ),
      );
    }),
    { numRuns: 40 },
  );
});

it("draws one cell a pair, blue for similar, orange for opposite, white for neither", () => {
  const svg = heatMap(
    ["a", "b"],
    [
      [1, 0],
      [-1, 1],
    ],
    "model",
  );
  const fills = Array.from(svg.matchAll(/fill="(rgb[^"]+)"><title>([^<]+)/g), (match) => match.slice(1));
  expect(fills).toEqual([
    ["rgb(8,69,148)", "1 and 1: 1.000"],
    ["rgb(255,255,255)", "1 and 2: 0.000"],
    ["rgb(179,84,5)", "2 and 1: -1.000"],
    ["rgb(8,69,148)", "2 and 2: 1.000"],
  ]);
});
