import { Tokenizer as NativeTokenizer } from "tokenizers";
import { expect, it } from "vitest";
import { LETTER, letterClasses, NUMBER, PUNCTUATION, punctuationClasses, SPACE } from "./unicode-classes.js";

/** Characters that the native pre-tokenizer leaves out, or keeps. */
function charactersOf(preTokenizer: object): Set<number> {
  const native = NativeTokenizer.fromString(
    JSON.stringify({
      version: "1.0",
      added_tokens: [],
      pre_tokenizer: preTokenizer,
      model: { type: "BPE", vocab: {}, merges: [] },
    }),
  ).getPreTokenizer();
  const found = new Set<number>();
  for (let base = 0; base < 0x110000; base += 0x1000) {
    let text = "";
    for (let codePoint = base; codePoint < base + 0x1000; codePoint++) {
      if (codePoint < 0xd800 || codePoint > 0xdfff) text += String.fromCodePoint(codePoint);
    }
    for (const [piece] of native?.preTokenizeString(text) ?? []) {
      for (const character of piece) found.add(character.codePointAt(0) as number);
    }
  }
  return found;
}

function matching(expression: string): object {
  return { type: "Split", pattern: { Regex: expression }, behavior: "Removed", invert: true };
}

function ofClass(classes: Uint8Array, wanted: number): Set<number> {
  return new Set(Array.from(classes.keys()).filter((codePoint) => classes[codePoint] === wanted));
}

it.each([
  ["letters", "\\p{L}", LETTER],
  ["numbers", "\\p{N}", NUMBER],
  ["spaces", "\\s", SPACE],
])("%s are those of the native library", (_name, expression, wanted) => {
  expect(ofClass(letterClasses(), wanted)).toEqual(charactersOf(matching(expression)));
});

it("punctuation marks are those of the native library", () => {
  const others = charactersOf({ type: "Punctuation", behavior: "Removed" });
  const marks = new Set<number>();
  for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
    if ((codePoint < 0xd800 || codePoint > 0xdfff) && !others.has(codePoint)) marks.add(codePoint);
  }
  expect(ofClass(punctuationClasses(), PUNCTUATION)).toEqual(marks);
});
