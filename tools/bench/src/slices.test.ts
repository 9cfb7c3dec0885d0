import fc from "fast-check";
import { expect, it } from "vitest";
import { cutSlices } from "./slices.js";

it("puts no text into two slices, and never a text of another order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 200 }),
      (texts, count, maximumBytes) => {
        const slices = cutSlices(texts, count, maximumBytes);
        expect(slices.length).toBeLessThanOrEqual(count);
        const cut = slices.flatMap((slice) => slice.texts);
        expect(cut).toEqual(texts.slice(0, cut.length));
        for (const { texts: inSlice, bytes } of slices)
          expect(bytes).toBe(Buffer.byteLength(inSlice.join("")));
      },
    ),
  );
});

it("makes slices of about equal numbers of bytes of UTF-8", () => {
  const texts = Array.from({ length: 100 }, () => "木漏れ日");
  const slices = cutSlices(texts, 4, 1e6);
  expect(slices.map((slice) => slice.texts.length)).toEqual([25, 25, 25, 25]);
  expect(slices.map((slice) => slice.bytes)).toEqual([300, 300, 300, 300]);
});

it("leaves texts over where slices reach their maximum", () => {
  const slices = cutSlices(
    Array.from({ length: 100 }, () => "ten bytes."),
    3,
    50,
  );
  expect(slices.map((slice) => slice.bytes)).toEqual([50, 50, 50]);
});
