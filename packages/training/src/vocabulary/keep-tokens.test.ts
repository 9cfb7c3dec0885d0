import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytePairJson, unigramJson, wordPieceJson } from "./fixtures/small-tokenizers.js";
import { keepTokens, listTokens } from "./keep-tokens.js";
import { parseTokenizer, type ParsedTokenizer } from "./tokenizer-json.js";

function tokensOf({ json, tokenizer }: ParsedTokenizer, text: string): string[] {
  const tokens = listTokens(json);
  return Array.from(tokenizer.encode(text, { addSpecialTokens: false }), (id) => tokens.get(id) ?? "?");
}

const without =
  (...tokens: string[]) =>
  (token: string) =>
    !tokens.includes(token);

describe("keepTokens", () => {
  it("numbers the tokens that stay anew, in their order", () => {
    const { tokenizer, formerIds } = keepTokens(
      parseTokenizer(wordPieceJson()),
      without("[PAD]", "[unused0]", "[CLS]", "[SEP]"),
    );
    expect(Array.from(formerIds)).toEqual([2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(tokenizer.json.added_tokens).toMatchObject([{ id: 0, content: "[UNK]" }]);
    expect(tokenizer.json).toMatchObject({ post_processor: null, truncation: null, padding: null });
    expect(tokenizer.tokenizer.vocabularySize).toBe(11);
    expect(Array.from(tokenizer.tokenizer.encode("Cats house"))).toEqual([1, 3, 10]);
  });

  it("lets a WordPiece text fall to other pieces", () => {
    const parsed = parseTokenizer(wordPieceJson());
    expect(tokensOf(parsed, "cats")).toEqual(["cat", "##s"]);
    expect(tokensOf(keepTokens(parsed, without("cat")).tokenizer, "cats")).toEqual([
      "c",
      "##a",
      "##t",
      "##s",
    ]);
  });

  it("lets a Unigram text fall to other pieces", () => {
    const parsed = parseTokenizer(unigramJson());
    expect(tokensOf(parsed, "cats")).toEqual(["▁cats"]);
    const once = keepTokens(parsed, without("▁cats", "<s>", "</s>")).tokenizer;
    expect(tokensOf(once, "cats")).toEqual(["▁cat", "s"]);
    const twice = keepTokens(once, without("▁cat")).tokenizer;
    expect(tokensOf(twice, "cats")).toEqual(["▁", "c", "a", "t", "s"]);
    expect(twice.tokenizer.unknownId).toBe(0);
    expect(tokensOf(twice, "dog")).toContain("<unk>");
  });

  it("keeps what a BPE token is merged from", () => {
    const parsed = parseTokenizer(bytePairJson());
    const { tokenizer } = keepTokens(parsed, (token) => token === "low");
    expect(Array.from(listTokens(tokenizer.json).values()).sort()).toEqual(["l", "lo", "low", "o", "w"]);
    expect(tokenizer.json.model).toMatchObject({ merges: ["l o", "lo w"] });
    expect(tokensOf(tokenizer, "low")).toEqual(["low"]);
  });

  it("refuses to keep nothing, and files that are none", () => {
    const parsed = parseTokenizer(bytePairJson());
    expect(() => keepTokens(parsed, () => false)).toThrow(InvalidArgumentError);
    expect(() => parseTokenizer("{")).toThrow(InvalidFileError);
    expect(() => parseTokenizer("[]")).toThrow(InvalidFileError);
    expect(() => parseTokenizer(new Uint8Array([0xff]))).toThrow(InvalidFileError);
  });

  it("throws nothing but InvalidFileError for a file with a fault", () => {
    fc.assert(
      fc.property(fc.constantFrom(wordPieceJson(), unigramJson(), bytePairJson()), fc.nat(), (json, at) => {
        const cut = json.slice(0, at % json.length) + json.slice((at % json.length) + 1);
        try {
          keepTokens(parseTokenizer(cut), () => true);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidFileError);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describeWithData("keepTokens on published tokenizers", ["tokenizers"], () => {
  const text = "The quick brown fox's 42 jumps, naïve café; 東京へ行く人々";
  it.each(["bert-base-uncased", "t5-small", "roberta-base"])("%s keeps its tokens", (name) => {
    const bytes = gunzipSync(readFileSync(dataPath("tokenizers", `${name}.json.gz`)));
    const parsed = parseTokenizer(bytes);
    const isSpecial = new Set(
      (parsed.json.added_tokens ?? []).filter((token) => token.special).map(({ id }) => id),
    );
    const { tokenizer, formerIds } = keepTokens(parsed, (_, id) => !isSpecial.has(id));
    expect(formerIds.length).toBeLessThan(parsed.tokenizer.vocabularySize);
    const ids = tokenizer.tokenizer.encode(text);
    expect(Array.from(ids, (id) => formerIds[id])).toEqual(
      Array.from(parsed.tokenizer.encode(text, { addSpecialTokens: false })),
    );
  });
});
