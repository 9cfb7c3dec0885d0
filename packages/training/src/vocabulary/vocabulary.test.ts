import { InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { addWords } from "./add-words.js";
import { commonTokens } from "./common-tokens.js";
import { countTokens } from "./count-tokens.js";
import { bytePairJson, unigramJson, wordPieceJson } from "./fixtures/small-tokenizers.js";
import { keepTokens, listTokens } from "./keep-tokens.js";
import { tokenTexts } from "./token-text.js";
import { parseTokenizer } from "./tokenizer-json.js";

const wordPiece = parseTokenizer(wordPieceJson());
const unigram = parseTokenizer(unigramJson());
const bytePair = parseTokenizer(bytePairJson());

describe("tokenTexts", () => {
  it("writes tokens as texts have them", () => {
    const text = tokenTexts(wordPiece.json);
    expect(["cat", "##s", "##", "▁"].map(text)).toEqual(["cat", "s", "##", undefined]);
  });

  it("knows the space of SentencePiece", () => {
    const text = tokenTexts(unigram.json);
    expect(["▁cat", "s", "▁", "▁new▁york"].map(text)).toEqual(["cat", "s", undefined, "new york"]);
  });

  it("decodes the bytes of byte-level BPE, and leaves out parts of characters", () => {
    const text = tokenTexts(bytePair.json);
    // "é" is C3 A9, "東" is E6 9D B1.
    expect(["Ġlow", "Ã©", "æĿ±", "æĿ", "Ċ"].map(text)).toEqual(["low", "é", "東", undefined, undefined]);
  });

  it("leaves out the single bytes of byte fallback", () => {
    const json = { ...unigram.json, model: { ...unigram.json.model, byte_fallback: true } };
    expect(tokenTexts(json)("<0xE3>")).toBeUndefined();
  });
});

describe("addWords", () => {
  it("makes words single tokens of a WordPiece vocabulary", () => {
    const { tokenizer, added, unreachable } = addWords(wordPiece, ["Cats", "dog", "cat house", "doghouse"]);
    // "dog" is one already; "doghouse" has letters that the pieces lack.
    expect(added).toEqual(
      new Map([
        [15, "Cats"],
        [16, "doghouse"],
      ]),
    );
    expect(unreachable).toEqual(["cat house"]);
    expect(Array.from(tokenizer.tokenizer.encode("cats", { addSpecialTokens: false }))).toEqual([15]);
  });

  it("scores words of a Unigram vocabulary as their pieces together, and a little more", () => {
    const { tokenizer, added } = addWords(unigram, ["東京", "Cat", "cat s"]);
    const [id] = Array.from(added.keys());
    expect(added.get(id as number)).toBe("東京");
    const [piece, score] = (tokenizer.json.model["vocab"] as [string, number][])[id as number] as [
      string,
      number,
    ];
    expect(piece).toBe("▁東京");
    // Of ▁ 東京 (-3 - 9) and ▁東 京 (-9 - 8) the first is better.
    expect(score).toBeCloseTo(-12 + 1e-3, 9);
    expect(Array.from(tokenizer.tokenizer.encode("東京"))).toEqual([id]);
  });

  it("does not know how in BPE", () => {
    expect(() => addWords(bytePair, ["lower"])).toThrow(InvalidArgumentError);
  });
});

describe("countTokens and commonTokens", () => {
  it("counts over all texts", async () => {
    const counts = await countTokens(wordPiece.tokenizer, ["cat cats", "", "dogs"]);
    expect([5, 6, 7, 14].map((id) => counts[id])).toEqual([2, 1, 2, 0]);
  });

  it("keeps the commonest, and the characters that the others need", async () => {
    const texts = [...Array<string>(50).fill("cats"), "cat", "東京"];
    const counts = await countTokens(unigram.tokenizer, texts);
    const names = (size: number): string[] => {
      const kept = commonTokens(unigram, counts, size);
      const { tokenizer } = keepTokens(unigram, (_, id) => kept.has(id));
      return Array.from(listTokens(tokenizer.json).values());
    };
    expect(names(11)).toEqual(["<unk>", "▁", "▁cat", "s", "▁cats", "c", "a", "t", "東", "京", "東京"]);
    expect(names(5)).toHaveLength(5);
    expect(names(5)).toEqual(expect.arrayContaining(["<unk>", "▁", "c", "a", "t"]));
  });

  it("keeps every byte of BPE", async () => {
    const counts = await countTokens(bytePair.tokenizer, ["low low low"]);
    const kept = commonTokens(bytePair, counts, 6);
    expect(
      Array.from(listTokens(bytePair.json)).flatMap(([id, token]) => (kept.has(id) ? [token] : [])),
    ).toEqual(["l", "o", "w", "Ġ", "low", "Ġlow"]);
  });
});
