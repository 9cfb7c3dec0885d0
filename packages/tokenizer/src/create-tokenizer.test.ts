import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { describeWithData } from "@kokeshi/test-data";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "./create-tokenizer.js";
import { readTokenizerJson } from "./fixtures/golden.js";
import { bpeJson, unigramJson, wordPieceJson } from "./fixtures/small-tokenizers.js";

const wordPiece = createTokenizer(wordPieceJson());

describe("encode", () => {
  it("puts special tokens around the content unless told otherwise", () => {
    expect(wordPiece.encode("Hello, worlds")).toEqual(Uint32Array.of(1, 3, 6, 4, 5, 2));
    expect(wordPiece.encode("Hello, worlds", { addSpecialTokens: false })).toEqual(
      Uint32Array.of(3, 6, 4, 5),
    );
  });

  it("gives an empty text its special tokens and nothing else", () => {
    expect(wordPiece.encode("")).toEqual(Uint32Array.of(1, 2));
    expect(wordPiece.encode("", { addSpecialTokens: false })).toEqual(new Uint32Array());
  });

  it("takes a lone surrogate for U+FFFD, as UTF-8 does", () => {
    const bpe = createTokenizer(bpeJson());
    for (const lone of ["a\uD83Db", "a\uDE00b"]) expect(bpe.encode(lone)).toEqual(bpe.encode("a\uFFFDb"));
    expect(bpe.encode("a😀b")).toEqual(Uint32Array.of(1, 0, 2));
  });

  it("encodes a megabyte, with and without spaces", () => {
    const unigram = createTokenizer(unigramJson());
    expect(unigram.encode("hello ".repeat(170_000), { addSpecialTokens: false })).toHaveLength(170_001);
    expect(unigram.encode("l".repeat(1_000_000), { addSpecialTokens: false })).toHaveLength(1_000_001);
  });

  it("names the text that is not a string", () => {
    expect(() => wordPiece.encodeBatch(["hello", 5 as never])).toThrow(/text 1 is number/);
    expect(() => wordPiece.encode(null as never)).toThrow(InvalidArgumentError);
  });

  it("reports a token outside a vocabulary without an unknown token, as the Rust library does", () => {
    const file = unigramJson();
    const tokenizer = createTokenizer({ ...file, added_tokens: [], model: { ...file.model, unk_id: null } });
    expect(tokenizer.unknownId).toBeUndefined();
    expect(tokenizer.encode("hello")).toEqual(Uint32Array.of(1, 4, 2));
    expect(() => tokenizer.encode("xyz")).toThrow(InvalidFileError);
  });
});

describe("encodeJoined", () => {
  const texts = [
    "hello",
    "",
    "hello worlds \uD83D",
    "\uDE00 hello",
    "人",
    "[MASK] hello",
    "a".repeat(70_000),
  ];
  const joined = texts.join("");
  const lengths = Uint32Array.from(texts, ({ length }) => length);

  it.each([
    ["in compiled tables", wordPieceJson()],
    ["by the library", { ...wordPieceJson(), pre_tokenizer: split("h") }],
  ])("gives each text what encodeBatch gives it: %s", (_, json) => {
    const tokenizer = createTokenizer(json);
    // The first time without WebAssembly where it is loaded on demand.
    for (let time = 0; time < 2; time++) {
      for (const options of [undefined, { maxTokens: 4 }, { addSpecialTokens: false }]) {
        expect(tokenizer.encodeJoined(joined, lengths, options)).toEqual(
          tokenizer.encodeBatch(texts, options),
        );
      }
    }
    expect(tokenizer.encodeJoined("", new Uint32Array()).starts).toEqual(Uint32Array.of(0));
  });

  it("refuses lengths that are not those of the texts, and what is no string", () => {
    expect(() => wordPiece.encodeJoined("hello", Uint32Array.of(2, 2))).toThrow(
      /lengths add up to 4, but the joined texts have 5 UTF-16 units/,
    );
    expect(() => wordPiece.encodeJoined("hello", Uint32Array.of(6))).toThrow(InvalidArgumentError);
    expect(() => wordPiece.encodeJoined("a", Uint32Array.of(1, 2 ** 32 - 1))).toThrow(InvalidArgumentError);
    expect(() => wordPiece.encodeJoined(null as never, Uint32Array.of(1))).toThrow(/joined is null/);
  });
});

describe("encodeBatch", () => {
  it("lays rows of unequal length one after the other", () => {
    const batch = wordPiece.encodeBatch(["hello", "", "hello worlds"], { addSpecialTokens: false });
    expect(batch.ids).toEqual(Uint32Array.of(3, 3, 4, 5));
    expect(batch.starts).toEqual(Uint32Array.of(0, 1, 1, 4));
    expect(batch.truncated).toEqual([]);
    expect(wordPiece.encodeBatch([]).starts).toEqual(Uint32Array.of(0));
  });

  it("gives each text the ids it gets alone, cut to maxTokens, special tokens kept", () => {
    const words = fc.array(fc.constantFrom("hello", "world", "worlds", ",", "人", "other"), {
      maxLength: 12,
    });
    const texts = fc.array(
      words.map((list) => list.join(" ")),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 8 }), (list, maxTokens) => {
        const { ids, starts, truncated } = wordPiece.encodeBatch(list, { maxTokens });
        const expected = list.map((text) => wordPiece.encode(text));
        expected.forEach((whole, row) => {
          const tokens = ids.subarray(starts[row], starts[row + 1]);
          const content = Math.min(whole.length - 2, maxTokens - 2);
          expect(Array.from(tokens)).toEqual([1, ...whole.subarray(1, 1 + content), 2]);
          expect(truncated.includes(row)).toBe(whole.length > maxTokens);
        });
        expect(starts.length).toBe(list.length + 1);
        expect(starts[list.length]).toBe(ids.length);
      }),
    );
  });

  it("refuses a limit that leaves no room for the special tokens", () => {
    expect(wordPiece.encode("hello", { maxTokens: 2 })).toEqual(Uint32Array.of(1, 2));
    for (const maxTokens of [1, 0, -1, 2.5, NaN, Infinity]) {
      expect(() => wordPiece.encode("hello", { maxTokens })).toThrow(InvalidArgumentError);
    }
    expect(wordPiece.encode("hello", { maxTokens: 0, addSpecialTokens: false })).toHaveLength(0);
  });
});

describe("the file", () => {
  it("may ask for truncation and padding: they are told, not applied", () => {
    const tokenizer = createTokenizer({
      ...wordPieceJson(),
      truncation: { max_length: 3, strategy: "LongestFirst", stride: 0 },
      padding: { strategy: { Fixed: 9 }, pad_id: 0 },
    });
    expect(tokenizer.encode("hello hello hello")).toEqual(Uint32Array.of(1, 3, 3, 3, 2));
    expect(tokenizer.maxTokensInFile).toBe(3);
    expect(wordPiece.maxTokensInFile).toBeUndefined();
  });

  it("may leave model.type out, as files from before tokenizers 0.9 do", () => {
    for (const file of [wordPieceJson(), unigramJson(), bpeJson()]) {
      const legacy = createTokenizer({ ...file, model: { ...file.model, type: undefined } });
      expect(legacy.encode("hello abc")).toEqual(createTokenizer(file).encode("hello abc"));
    }
  });

  it("tells its vocabulary, added tokens included", () => {
    expect(wordPiece.vocabularySize).toBe(8);
    expect(wordPiece.unknownId).toBe(0);
    expect(wordPiece.tokenToId("##s")).toBe(5);
    expect(wordPiece.tokenToId("missing")).toBeUndefined();
    const bpe = createTokenizer(bpeJson());
    expect(bpe.vocabularySize).toBe(7);
    expect(bpe.tokenToId("<end>")).toBe(5);
    expect(Array.from(bpe.vocabulary())).toContainEqual(["<end>", 5]);
  });

  it.each([
    ["not an object", [], /not a JSON object/],
    ["no model", {}, /model is not an object/],
    ["an unknown model", { model: { type: "Telepathy" } }, /model.type is "Telepathy"/],
    [
      "an id that is no number",
      { model: { type: "WordPiece", unk_token: "a", vocab: { a: "0" } } },
      /model.vocab\["a"\]/,
    ],
    ["a piece without a score", { model: { type: "Unigram", vocab: [["a"]] } }, /model.vocab\[0\]/],
    [
      "an unknown id outside",
      { model: { type: "Unigram", vocab: [["a", 0]], unk_id: 1 } },
      /model.unk_id is 1/,
    ],
    ["a merge of one", { model: { type: "BPE", vocab: { a: 0 }, merges: ["a"] } }, /model.merges\[0\]/],
    [
      "an added token without id",
      { ...wordPieceJson(), added_tokens: [{ content: "x" }] },
      /added_tokens\[0\]/,
    ],
    ["an unknown normalizer", { ...wordPieceJson(), normalizer: { type: "Nmt" } }, /Nmt/],
    ["a broken regex", { ...wordPieceJson(), pre_tokenizer: split("(") }, /cannot be used/],
    [
      "a split of length 0",
      { ...wordPieceJson(), pre_tokenizer: { type: "FixedLength", length: 0 } },
      /pre_tokenizer.length/,
    ],
    [
      "an unknown post-processor",
      { ...wordPieceJson(), post_processor: { type: "Other" } },
      /post_processor.type/,
    ],
  ])("is refused with its fault named: %s", (_, json, message) => {
    expect(() => createTokenizer(json)).toThrow(InvalidFileError);
    expect(() => createTokenizer(json)).toThrow(message);
  });

  it("gives only typed errors however it is damaged", () => {
    const files = fc.constantFrom(wordPieceJson, unigramJson, bpeJson);
    const damage = fc.array(fc.tuple(fc.nat(), fc.option(fc.jsonValue({ maxDepth: 2 }))), {
      minLength: 1,
      maxLength: 3,
    });
    let opened = 0;
    fc.assert(
      fc.property(files, damage, (makeFile, changes) => {
        const file = makeFile();
        for (const [place, value] of changes) changeValue(file, place, structuredClone(value));
        try {
          const tokenizer = createTokenizer(file);
          for (const text of ["", "hello, worlds 人", "xyz \uD800 abc <end>"]) {
            for (const id of tokenizer.encode(text, { addSpecialTokens: false })) {
              expect(id).toBeLessThan(tokenizer.vocabularySize);
            }
          }
          opened++;
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
    // Damage that hits nothing essential leaves a usable file.
    expect(opened).toBeGreaterThan(100);
  });
});

describeWithData("model2vec's pruned WordPiece", ["models", "golden/tokens"], () => {
  it("takes the ids of special tokens from the post-processor, not from the vocabulary", () => {
    const tokenizer = createTokenizer(readTokenizerJson("model2vec-wordpiece"));
    expect(tokenizer.tokenToId("[CLS]")).toBe(2);
    expect(Array.from(tokenizer.encode(""))).toEqual([101, 102]);
  });
});

function split(regex: string) {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

/** Replaces (or, for null, removes) the value at one of the places of a JSON tree. */
function changeValue(root: unknown, place: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  (function visit(node: unknown): void {
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit(child);
    }
  })(root);
  const target = places[place % Math.max(1, places.length)];
  if (target === undefined) return;
  const [node, key] = target;
  if (value === null && Array.isArray(node)) node.splice(Number(key), 1);
  else if (value === null) Reflect.deleteProperty(node, key);
  else node[key] = value;
}
