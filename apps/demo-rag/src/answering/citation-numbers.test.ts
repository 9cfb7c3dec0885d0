import { describe, expect, it } from "vitest";
import { checkCitations } from "./citation-numbers.js";

describe("checkCitations", () => {
  it("finds citations in order of appearance", () => {
    expect(checkCitations("Small [2]. Fast [1][2].", 3)).toEqual({
      text: "Small [2]. Fast [1][2].",
      cited: [2, 1],
      unknown: [],
    });
  });

  it("reads lists and full-width brackets", () => {
    const { text, cited } = checkCitations("小さい【1】。速い［2、3］. Both [1, 3].", 3);
    expect(text).toBe("小さい[1]。速い[2][3]. Both [1][3].");
    expect(cited).toEqual([1, 2, 3]);
  });

  it("leaves out what points nowhere, and says so", () => {
    expect(checkCitations("A [4]. B [1, 9]. C [0].", 3)).toEqual({
      text: "A. B [1]. C.",
      cited: [1],
      unknown: [4, 9, 0],
    });
  });

  it("leaves other brackets alone", () => {
    const text = "array[index], [note], [2026-01], [link](https://example.com)";
    expect(checkCitations(text, 3)).toEqual({ text, cited: [], unknown: [] });
  });
});
