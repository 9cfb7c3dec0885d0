import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { readSentencePieceModel } from "./sentencepiece-model.js";
import { normalizeForSentencePiece, wordsForSentencePiece } from "./sentencepiece-text.js";
import { unigramTokenizerJson } from "./unigram-tokenizer.js";

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "fixtures", name));

/** Made by fixtures/make-tiny-unigram.ts. */
const model = fixture("tiny-unigram.model");
const oracle = JSON.parse(fixture("tiny-unigram-ids.json").toString()) as {
  rows: { text: string; normalized: string; ids: number[] }[];
};

describe("unigramTokenizerJson", () => {
  const json = unigramTokenizerJson(model);
  const library = new LibraryTokenizer(JSON.parse(json), {});
  const native = NativeTokenizer.fromString(json);

  it.each(oracle.rows)("gives the ids of spm_encode on %j", async ({ text, normalized, ids }) => {
    expect(normalizeForSentencePiece(text)).toBe(normalized);
    expect(library.encode(text).ids).toEqual(ids);
    expect((await native.encode(text)).getIds()).toEqual(ids);
  });

  it("has one unknown piece and no rounding in the scores", () => {
    const { model: unigram } = JSON.parse(json) as { model: { unk_id: number; vocab: [string, number][] } };
    expect(unigram.vocab).toHaveLength(153);
    expect(unigram.vocab[unigram.unk_id]).toEqual(["<unk>", 0]);
    for (const [, score] of unigram.vocab) expect(Math.fround(score)).toBe(score);
  });
});

describe("normalizeForSentencePiece", () => {
  it("agrees with the normalizer in the file on any text", () => {
    const native = NativeTokenizer.fromString(unigramTokenizerJson(model)).getNormalizer();
    // Latin to Cyrillic, punctuation and letter-like symbols, kana, ideographs, hangul, width forms, emoji. Blocks that
    // newer versions of Unicode added are left out: the native library's tables do not know them.
    const blocks = [
      [0, 0x52f],
      [0x1e00, 0x245f],
      [0x3000, 0x30ff],
      [0x4e00, 0x9fa5],
      [0xac00, 0xd7a3],
      [0xfe00, 0xffef],
      [0x1f300, 0x1f64f],
    ];
    const character = fc
      .oneof(...blocks.map(([min, max]) => fc.integer({ min, max })))
      .map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        expect(native?.normalizeString(text)).toBe(normalizeForSentencePiece(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is idempotent", () => {
    for (const { normalized } of oracle.rows) expect(normalizeForSentencePiece(normalized)).toBe(normalized);
  });
});

describe("wordsForSentencePiece", () => {
  it.each([
    ["the state - of", [" the", " state", " -", " of"]],
    ["食べる 、 apiキーは 私", ["食", "べる", " 、", " api", "キー", "は", "私"]],
    ["10月 人々", [" 10", "月", "人々"]],
    ["", []],
  ])("cuts %j", (text, words) => expect(wordsForSentencePiece(text)).toEqual(words));

  it("loses nothing but spaces", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const normalized = normalizeForSentencePiece(text);
        expect(wordsForSentencePiece(normalized).join("").replaceAll(" ", "")).toBe(
          normalized.replaceAll(" ", ""),
        );
      }),
    );
  });
});

describe("readSentencePieceModel", () => {
  it("reads the pieces in order of their ids", () => {
    const pieces = readSentencePieceModel(model);
    expect(pieces[0]).toEqual({ piece: "<unk>", score: 0, kind: "unknown" });
    expect(pieces.filter(({ kind }) => kind === "normal")).toHaveLength(152);
    // Pieces come by falling score.
    const scores = pieces.slice(1).map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((x, y) => y - x));
  });

  it("answers damaged bytes with a typed error or with pieces, never otherwise", () => {
    fc.assert(
      fc.property(
        fc.nat(model.length - 1),
        fc.array(fc.tuple(fc.nat(model.length - 1), fc.nat(255)), { maxLength: 4 }),
        (cut, changes) => {
          const damaged = Uint8Array.from(model.subarray(0, model.length - cut));
          for (const [position, byte] of changes) damaged[position % damaged.length] = byte;
          try {
            readSentencePieceModel(damaged, "damaged.model");
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidFileError);
            expect((error as Error).message).toContain("damaged.model");
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("refuses other models by name", () => {
    // trainer_spec { model_type: 2 (BPE) }
    expect(() => readSentencePieceModel(Uint8Array.of(0x12, 0x02, 0x18, 0x02))).toThrow(
      /not a Unigram model/,
    );
    // pieces { piece: "a", type: 6 (BYTE) }
    expect(() => readSentencePieceModel(Uint8Array.of(0x0a, 0x05, 0x0a, 0x01, 0x61, 0x18, 0x06))).toThrow(
      /type 6/,
    );
    expect(() => readSentencePieceModel(new Uint8Array())).toThrow(/0 pieces/);
  });
});
