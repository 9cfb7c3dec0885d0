import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createUnigramModel } from "./unigram-model.js";

const vocab: [string, number][] = [
  ["<unk>", 0],
  ["a", -2],
  ["b", -2.5],
  ["ab", -3],
  ["ba", -3.25],
  ["aba", -5.5],
  ["あ", -4],
];

describe("createUnigramModel", () => {
  const segment = createUnigramModel({ vocab, unk_id: 0 });

  it("joins neighbouring unknown characters into one token", () => {
    expect(segment("abxy😀b")).toEqual(["ab", "xy😀", "b"]);
    expect(segment("")).toEqual([]);
  });

  it("finds the greatest sum of scores", () => {
    const scores = new Map(vocab.slice(1));
    const best = (word: string): number =>
      word === ""
        ? 0
        : Math.max(
            ...Array.from(scores, ([piece, score]) =>
              word.startsWith(piece) ? score + best(word.slice(piece.length)) : -Infinity,
            ),
          );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "あ"), minLength: 1, maxLength: 10 }),
        (word) => {
          const tokens = segment(word);
          expect(tokens.join("")).toBe(word);
          const sum = tokens.reduce((total, token) => total + (scores.get(token) as number), 0);
          expect(sum).toBeCloseTo(best(word), 10);
        },
      ),
    );
  });

  it("writes unknown characters as bytes where the vocabulary has all of them", () => {
    const bytes: [string, number][] = ["<0xC3>", "<0xA9>"].map((token) => [token, 0]);
    const withBytes = createUnigramModel({ vocab: [...vocab, ...bytes], unk_id: 0, byte_fallback: true });
    expect(withBytes("aéb")).toEqual(["a", "<0xC3>", "<0xA9>", "b"]);
    expect(withBytes("aèb")).toEqual(["a", "è", "b"]);
    expect(createUnigramModel({ vocab: [...vocab, ...bytes], unk_id: 0 })("aéb")).toEqual(["a", "é", "b"]);
  });
});
