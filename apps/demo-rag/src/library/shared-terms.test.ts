import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedTerms } from "./shared-terms.js";

function over(...passages: string[]): SharedTerms {
  const terms = new SharedTerms();
  for (const passage of passages) terms.add(passage);
  return terms;
}

describe("SharedTerms", () => {
  it("goes from nothing to everything", () => {
    const shareOf = over("the cat", "the dog").shareOf("the cat");
    expect(shareOf("owls")).toBe(0);
    expect(shareOf("The CAT sleeps")).toBeCloseTo(1, 10);
  });

  it("counts rare terms for more than common ones", () => {
    const shareOf = over("the cat", "the dog", "the owl", "the index").shareOf("the index");
    expect(shareOf("index")).toBeGreaterThan(0.8);
    expect(shareOf("the")).toBeLessThan(0.2);
  });

  it("compares Japanese by pairs of characters, whatever their width", () => {
    const shareOf = over("索引を小さくする", "犬と猫").shareOf("ｲﾝﾃﾞｯｸｽを小さく");
    expect(shareOf("インデックスは小さくなる")).toBeGreaterThan(0.6);
    expect(shareOf("犬")).toBe(0);
  });

  it("has nothing to say about a question without words", () => {
    expect(over("text").shareOf("?!")("text")).toBe(0);
  });

  it("forgets what is removed", () => {
    const text = fc.stringMatching(/^[a-c ]{0,12}$/);
    fc.assert(
      fc.property(fc.array(text), fc.array(text), text, text, (kept, removed, question, other) => {
        const changed = over(...removed, ...kept);
        for (const passage of removed) changed.remove(passage);
        expect(changed.shareOf(question)(other)).toBe(over(...kept).shareOf(question)(other));
      }),
    );
  });
});
