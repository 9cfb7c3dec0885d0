import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../create-tokenizer.js";
import { findDifferences } from "../fixtures/compare-with-native.js";
import { randomTexts } from "../fixtures/random-text.js";
import { addedToken } from "../fixtures/small-tokenizers.js";
import { byteCharacters } from "./byte-alphabet.js";
import {
  byteLevel,
  bytesOnly,
  characterLevel,
  gpt2,
  sequence,
  smallBpeFiles,
  split,
  without,
  words,
} from "./fixtures/small-bpe.js";
import { clipExpression, gpt2Expression } from "./piece-scanners.js";

async function expectAgreement(json: object, extras: readonly string[] = []): Promise<void> {
  expect(createTokenizer(json).path).toBe("fast");
  const texts = ["", " ", ...randomTexts(13, 400, [...words, ...words, "'s", "'LL", " ", "\n\n", ...extras])];
  expect(await findDifferences(json, texts)).toEqual([]);
}

describe("BPE agrees with the native library", () => {
  it.each(Object.keys(smallBpeFiles))("%s", async (name) => {
    await expectAgreement(smallBpeFiles[name] as object, ["<unk>", "▁", "<|endoftext|>", "<|ENDOFTEXT|>"]);
  });

  it("with a prefix inside words", async () => {
    const vocab = [
      ...byteCharacters,
      ...byteCharacters.map((byte) => `##${byte}`),
      "th",
      "the",
      "##in",
      "##ing",
    ];
    const model = {
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: ["##i ##n", "t ##h", "th ##e", "##in ##g"],
      continuing_subword_prefix: "##",
    };
    await expectAgreement(byteLevel({}, model));
  });

  it("with added tokens, before and after normalization", async () => {
    const json = byteLevel({ normalizer: { type: "Lowercase" } });
    const first = Object.keys((json as { model: { vocab: object } }).model.vocab).length;
    const tokens = ["<S>", "<s>", "  ", "THE", "日本"];
    const added_tokens = tokens.map((content, index) =>
      addedToken(first + index, content, { normalized: index > 0, lstrip: index === 1, rstrip: index === 4 }),
    );
    await expectAgreement({ ...json, added_tokens }, [...tokens, " <s>", "日本  "]);
  });
});

describe("what the BPE fast path does not know exactly goes to the library", () => {
  const files: Record<string, object> = {
    "another regular expression": byteLevel(sequence(split("\\p{L}+|\\s+"), bytesOnly)),
    "a known expression used otherwise": byteLevel(sequence(split(clipExpression), gpt2)),
    "an unknown option of ByteLevel": byteLevel({ pre_tokenizer: { ...gpt2, fold: true } }),
    "another normalizer": byteLevel({ normalizer: { type: "NFKC" } }),
    "a space before each piece": byteLevel(
      sequence(split(gpt2Expression), { ...bytesOnly, add_prefix_space: true }),
    ),
    dropout: byteLevel({}, { dropout: 0.1 }),
    "byte fallback without all bytes": without(characterLevel(), "7"),
    "byte fallback in a vocabulary of bytes": byteLevel({}, { byte_fallback: true }),
    "an unknown option of the model": byteLevel({}, { temperature: 1 }),
    "an id that the library would not give": byteLevel({ added_tokens: [addedToken(100_000, "<s>")] }),
    "an added token looked for between replaced spaces": characterLevel({
      added_tokens: [addedToken(0, "<unk>", { normalized: true })],
    }),
  };
  it.each(Object.keys(files))("%s", (name) => {
    expect(createTokenizer(files[name]).path).toBe("library");
  });
});
