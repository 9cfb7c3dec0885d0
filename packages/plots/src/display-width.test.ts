import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, fitToWidth } from "./display-width.js";

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["map", 3],
    ["古い地図", 8],
    ["ｶﾅ", 2],
    ["カナ", 4],
    ["ＡＢ", 4],
    ["지도", 4],
    ["e\u0301", 1],
    ["🎎", 2],
    ["a古🎎", 5],
  ])("%j takes %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("fitToWidth", () => {
  it("leaves what fits and cuts the rest at a whole character", () => {
    expect(fitToWidth("a map", 5)).toBe("a map");
    expect(fitToWidth("an old map", 5)).toBe("an o…");
    expect(fitToWidth("古い地図", 8)).toBe("古い地図");
    expect(fitToWidth("古い地図", 7)).toBe("古い地…");
    expect(fitToWidth("古い地図", 6)).toBe("古い…");
  });

  it("keeps terminals and XML safe from control characters and lone surrogates", () => {
    expect(fitToWidth("a\nb\u001b[2Jc\u0000\ud800d\u2028", 40)).toBe("a b [2Jc \ufffdd ");
  });

  it("never takes more columns than it was given, and says where it cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
        const fitted = fitToWidth(text, columns);
        expect(displayWidth(fitted)).toBeLessThanOrEqual(columns);
        expect(fitted.endsWith("…") || displayWidth(text) <= columns).toBe(true);
      }),
    );
  });
});
