import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { describeWithData } from "@kokeshi/test-data";
import fc from "fast-check";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "./create-tokenizer.js";
import { goldenTokenizers, readGoldenPairs, readGoldenTokens, readTokenizerJson } from "./fixtures/golden.js";
import { unigramJson, wordPieceJson } from "./fixtures/small-tokenizers.js";
import type { PairOptions } from "./pairs.js";
import type { TruncationStrategy } from "./pairs-truncation.js";

const bert = { type: "BertProcessing", cls: ["[CLS]", 1], sep: ["[SEP]", 2] };
const roberta = { ...bert, type: "RobertaProcessing", trim_offsets: true, add_prefix_space: true };
const byteLevel = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
const template = {
  ...wordPieceJson().post_processor,
  pair: [token("[CLS]", 5), sequence("B", 3), token("[SEP]", 3), sequence("A", 2), token("[SEP]", 4)],
};

const postProcessors: Record<string, object | null> = {
  none: null,
  bert,
  roberta,
  byteLevel,
  template,
  "roberta, byteLevel": { type: "Sequence", processors: [roberta, byteLevel] },
  "bert, roberta": { type: "Sequence", processors: [bert, roberta] },
  "roberta, bert": { type: "Sequence", processors: [roberta, bert] },
  "bert, template": { type: "Sequence", processors: [bert, template] },
};

const words = fc.array(fc.constantFrom("hello", "worlds", ",", "人", "other"), { maxLength: 9 });
const text = words.map((list) => list.join(" "));

describe("pairs", () => {
  it("are one row, with a type for each token", () => {
    const tokenizer = createTokenizer({ ...wordPieceJson(), post_processor: bert });
    expect(tokenizer.encodePair("Hello, worlds", "hello")).toEqual({
      ids: Uint32Array.of(1, 3, 6, 4, 5, 2, 3, 2),
      typeIds: Uint32Array.of(0, 0, 0, 0, 0, 0, 1, 1),
    });
    expect(tokenizer.encodePair("Hello, worlds", "", { maxTokens: 5 }).ids).toEqual(
      Uint32Array.of(1, 3, 6, 2, 2),
    );
  });

  it("without special tokens are the one text's ids followed by the other's", () => {
    const tokenizer = createTokenizer(unigramJson());
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (first, second) => {
        const options = { addSpecialTokens: false };
        const { ids } = tokenizer.encodePair(first, second, options);
        expect([...ids]).toEqual([...tokenizer.encode(first, options), ...tokenizer.encode(second, options)]);
      }),
    );
  });

  it("in a batch are what they are alone", () => {
    const tokenizer = createTokenizer({ ...wordPieceJson(), post_processor: template });
    const batch = tokenizer.encodePairBatch(
      [
        ["hello", "worlds"],
        ["", ""],
        ["hello hello hello", "人 人"],
      ],
      { maxTokens: 6 },
    );
    expect(batch.starts).toEqual(Uint32Array.of(0, 6, 9, 15));
    expect(batch.truncated).toEqual([2]);
    const last = tokenizer.encodePair("hello hello hello", "人 人", { maxTokens: 6 });
    expect(batch.ids.subarray(9)).toEqual(last.ids);
    expect(batch.typeIds.subarray(9)).toEqual(last.typeIds);
    expect(last.ids).toEqual(Uint32Array.of(1, 7, 2, 3, 3, 2));
  });

  /**
   * The native library 0.23.2 stops tokenizing a text once it has `maxTokens` tokens, and so takes much longer texts for
   * equally long ones, or one that may not be cut for short enough. Ours goes by the whole texts.
   */
  function stopsEarly(
    first: string,
    second: string,
    { maxTokens = Infinity, truncation }: PairOptions,
  ): boolean {
    const counter = createTokenizer(wordPieceJson());
    const long = [first, second].map(
      (text) => counter.encode(text, { addSpecialTokens: false }).length >= maxTokens,
    );
    return truncation === "longest_first" ? long.every(Boolean) : long.some(Boolean);
  }

  it.each(Object.keys(postProcessors))("agree with the native library: %s", async (name) => {
    const json = { ...wordPieceJson(), post_processor: postProcessors[name] };
    const ours = createTokenizer(json);
    const limit = fc.option(fc.integer({ min: 8, max: 20 }), { nil: undefined });
    const strategies = fc.constantFrom<TruncationStrategy>("longest_first", "only_first", "only_second");
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.boolean(),
        limit,
        strategies,
        async (first, second, addSpecialTokens, maxTokens, truncation) => {
          const native = NativeTokenizer.fromString(JSON.stringify(forNative(json)));
          if (maxTokens !== undefined)
            native.setTruncation(maxTokens, { strategy: nativeStrategies[truncation] });
          const options = { addSpecialTokens, maxTokens, truncation };
          if (stopsEarly(first, second, options)) return;
          let expected;
          try {
            expected = await native.encode(first, second, { addSpecialTokens });
          } catch {
            expect(() => ours.encodePair(first, second, options)).toThrow(InvalidArgumentError);
            return;
          }
          const { ids, typeIds } = ours.encodePair(first, second, options);
          expect([...ids]).toEqual(expected.getIds());
          expect([...typeIds]).toEqual(expected.getTypeIds());
        },
      ),
      { numRuns: 150 },
    );
  });

  it("are cut to the same lengths as by the native library, whatever the lengths and the limit", async () => {
    const json = { ...wordPieceJson(), post_processor: null };
    const ours = createTokenizer(json);
    const native = NativeTokenizer.fromString(JSON.stringify(forNative(json)));
    for (let maxTokens = 1; maxTokens < 8; maxTokens++) {
      native.setTruncation(maxTokens);
      for (let first = 0; first < 8; first++) {
        for (let second = 0; second < 8; second++) {
          if (first >= maxTokens && second >= maxTokens) continue; // see stopsEarly
          const texts = ["hello ".repeat(first), "人".repeat(second)] as const;
          const expected = (await native.encode(...texts)).getIds();
          expect([...ours.encodePair(...texts, { maxTokens }).ids]).toEqual(expected);
        }
      }
    }
  });

  it("are refused where the file has no place for both texts, which single texts do not mind", () => {
    const tokenizer = createTokenizer(wordPieceJson());
    expect(tokenizer.encode("hello")).toEqual(Uint32Array.of(1, 3, 2));
    expect(() => tokenizer.encodePair("hello", "hello")).toThrow(InvalidFileError);
  });

  it("name the text that is not a string and the limit that is too small", () => {
    const tokenizer = createTokenizer({ ...wordPieceJson(), post_processor: bert });
    expect(() =>
      tokenizer.encodePairBatch([
        ["a", "b"],
        ["a", 5 as never],
      ]),
    ).toThrow(/text 1\[1\] is number/);
    expect(() => tokenizer.encodePair("a", "b", { maxTokens: 2 })).toThrow(/at least 3/);
    const options = { maxTokens: 4, truncation: "only_second" } as const;
    expect(() => tokenizer.encodePair("hello hello", "hello", options)).toThrow(/longest_first/);
  });
});

/** The native library wants every flag of an added token. */
function forNative<File extends { added_tokens: readonly object[] }>(json: File): File {
  const flags = { lstrip: false, rstrip: false, single_word: false };
  return { ...json, added_tokens: json.added_tokens.map((added) => ({ ...added, ...flags })) };
}

// The native binding takes its own spelling.
const nativeStrategies = {
  longest_first: "LongestFirst",
  only_first: "OnlyFirst",
  only_second: "OnlySecond",
} as Record<TruncationStrategy, never>;

describeWithData("pairs of the Rust library", ["golden/tokens", "tokenizers", "models"], () => {
  const texts = readGoldenPairs();

  it.each(goldenTokenizers)("%s", (name) => {
    const tokenizer = createTokenizer(readTokenizerJson(name));
    const { pairs } = readGoldenTokens(name);
    expect(pairs).toHaveLength(24);
    for (const { pairId, ids, typeIds } of pairs) {
      const { first, second } = texts.get(pairId) as { first: string; second: string };
      const found = tokenizer.encodePair(first, second);
      expect([...found.ids], pairId).toEqual(ids);
      expect([...found.typeIds], pairId).toEqual(typeIds);
    }
  });
});
