import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "../create-tokenizer.js";
import { bpeJson, unigramJson, wordPieceJson } from "../fixtures/small-tokenizers.js";
import { createOffsetEncoder, UnsupportedOffsetsError } from "./index.js";

const wordPiece = createOffsetEncoder(wordPieceJson());

function ranges(offsets: Uint32Array): number[][] {
  return Array.from({ length: offsets.length / 2 }, (_, token) => [
    ...offsets.subarray(2 * token, 2 * token + 2),
  ]);
}

/** Without all flags of its added tokens a file has no fast path. */
function withFlags<File extends { added_tokens: readonly object[] }>(json: File): File {
  const flags = { single_word: false, lstrip: false, rstrip: false };
  return { ...json, added_tokens: json.added_tokens.map((token) => ({ ...token, ...flags })) };
}

describe("encodeWithOffsets", () => {
  it("tells where in the text each token stands, special tokens nowhere", () => {
    const text = "Hello,\u00a0Wörlds人";
    const { ids, offsets, truncated } = wordPiece.encodeWithOffsets(text);
    expect(ids).toEqual(Uint32Array.of(1, 3, 6, 4, 5, 7, 2));
    expect(ranges(offsets)).toEqual([
      [0, 0],
      [0, 5],
      [5, 6],
      [7, 12],
      [12, 13],
      [13, 14],
      [0, 0],
    ]);
    expect(text.slice(7, 12)).toBe("Wörld");
    expect(truncated).toBe(false);
  });

  it("counts UTF-16 units, so that slice gives the token's text", () => {
    const { ids, offsets } = createOffsetEncoder(bpeJson()).encodeWithOffsets("👍🏽abc<end>b");
    expect(ids).toEqual(Uint32Array.of(0, 0, 6, 5, 2));
    expect(ranges(offsets)).toEqual([
      [0, 2],
      [2, 4],
      [4, 7],
      [7, 12],
      [12, 13],
    ]);
  });

  it("gives a lone surrogate the one unit that it has", () => {
    const { offsets } = createOffsetEncoder(bpeJson()).encodeWithOffsets("a\ud83db");
    expect(ranges(offsets)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it("gives the ids of encode, cut alike, and ranges within the text, for any text", () => {
    const parts = fc.constantFrom("hello", "worlds", " ", "ab", "abc", "<end>", "人", "e\u0301", "ﬁ");
    const known = fc.array(parts).map((list) => list.join(""));
    const any = fc.oneof(fc.string({ unit: "binary" }), known);
    // The last one has a pre-tokenizer without a fast path: there letters are those of the JavaScript engine.
    const files = [
      [withFlags(wordPieceJson()), any],
      [withFlags(unigramJson()), any],
      [withFlags(bpeJson()), known],
    ] as const;
    for (const [json, text] of files) {
      const tokenizer = createTokenizer(json);
      const encoder = createOffsetEncoder(json);
      const options = fc.record(
        { addSpecialTokens: fc.boolean(), maxTokens: fc.integer({ min: 2, max: 9 }) },
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(text, options, (input, chosen) => {
          const { ids, offsets, truncated } = encoder.encodeWithOffsets(input, chosen);
          const batch = tokenizer.encodeBatch([input], chosen);
          expect(ids).toEqual(batch.ids);
          expect(truncated).toBe(batch.truncated.length === 1);
          expect(offsets).toHaveLength(2 * ids.length);
          for (const [start, end] of ranges(offsets) as [number, number][]) {
            expect(start).toBeLessThanOrEqual(end);
            expect(end).toBeLessThanOrEqual(input.length);
          }
        }),
        { numRuns: 300 },
      );
    }
  });

  it("covers a long text without spaces, and one with", () => {
    const unigram = createOffsetEncoder(unigramJson());
    const options = { addSpecialTokens: false };
    for (const text of ["l".repeat(100_000), "hello ".repeat(20_000).trimEnd()]) {
      const { offsets } = unigram.encodeWithOffsets(text, options);
      expect(offsets[0]).toBe(0);
      expect(offsets.at(-1)).toBe(text.length);
    }
  });

  it("refuses what encode refuses", () => {
    expect(() => wordPiece.encodeWithOffsets(5 as never)).toThrow(InvalidArgumentError);
    expect(() => wordPiece.encodeWithOffsets("hello", { maxTokens: 1 })).toThrow(InvalidArgumentError);
    const file = unigramJson();
    const noUnknown = createOffsetEncoder({
      ...file,
      added_tokens: [],
      model: { ...file.model, unk_id: null },
    });
    expect(() => noUnknown.encodeWithOffsets("xyz")).toThrow(InvalidFileError);
  });
});

describe("createOffsetEncoder", () => {
  it.each([
    ["normalizer", { normalizer: { type: "ByteLevel" } }, /normalizer of type "ByteLevel"/],
    [
      "pre-tokenizer in a sequence",
      { pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "UnicodeScripts" }] } },
      /pre_tokenizer.pretokenizers\[0\] of type "UnicodeScripts"/,
    ],
    ["model option", { model: { ...bpeJson().model, dropout: 0.1 } }, /options or merges of model/],
  ])("names the %s that it does not know", (_, change, message) => {
    const create = () => createOffsetEncoder({ ...bpeJson(), ...change });
    expect(create).toThrow(UnsupportedOffsetsError);
    expect(create).toThrow(message);
  });

  it("does not take over what only an old configuration says", () => {
    const config = { do_lowercase_and_remove_accent: true };
    expect(() => createOffsetEncoder(bpeJson(), config)).toThrow(UnsupportedOffsetsError);
  });

  it("gives only typed errors for a damaged component", () => {
    const component = fc.constantFrom("normalizer", "pre_tokenizer", "post_processor");
    const type = fc.constantFrom(
      ...["Replace", "Prepend", "Precompiled", "Strip", "BertNormalizer", "Sequence"],
      ...["Split", "Metaspace", "ByteLevel", "Punctuation", "CharDelimiterSplit", "NFC"],
    );
    const json = fc.jsonValue({ maxDepth: 2 });
    const keys = ["pattern", "content", "behavior", "replacement", "delimiter", "precompiled_charsmap"];
    const options = fc.dictionary(fc.constantFrom(...keys, "prepend", "normalizers", "pretokenizers"), json);
    fc.assert(
      fc.property(component, type, options, (key, typeName, values) => {
        try {
          const damaged = { ...bpeJson(), [key]: { ...values, type: typeName } };
          createOffsetEncoder(damaged).encodeWithOffsets("hello, worlds 人 abc <end>");
        } catch (error) {
          if (!(error instanceof InvalidFileError) && !(error instanceof UnsupportedOffsetsError))
            throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
