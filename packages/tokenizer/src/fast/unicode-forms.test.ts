import fc from "fast-check";
import { expect, it } from "vitest";
import { toForm, type NormalizationForm } from "./unicode-forms.js";

const forms: NormalizationForm[] = ["NFC", "NFD", "NFKC", "NFKD"];
const mark = fc.integer({ min: 0x300, max: 0x36f }).map((codePoint) => String.fromCodePoint(codePoint));
const letter = fc.constantFrom(
  "a",
  "é",
  "ﾊ",
  "か",
  "각",
  "ᄀ",
  "ᅡ",
  "क",
  "\u093c",
  "ﬁ",
  "\u0344",
  "ẛ",
  "𝅗𝅥",
  "\u3099",
);

it.each(forms)("orders the marks of long texts as String.prototype.normalize does: %s", (form) => {
  fc.assert(
    fc.property(fc.array(fc.oneof(mark, letter), { minLength: 1, maxLength: 100 }), (characters) => {
      const text = characters.join("").repeat(Math.ceil(1100 / characters.length));
      expect(toForm(text, form)).toBe(text.normalize(form));
    }),
    { numRuns: 30 },
  );
});

it("leaves characters alone that the Rust library does not know yet", () => {
  // U+105C9 (Unicode 16) is U+105D2 with a dot; U+32FF (Unicode 12.1) is the era Reiwa.
  expect(toForm("\u{105C9} \u{105D2}\u0307 \u32FF e\u0301", "NFKC")).toBe(
    "\u{105C9} \u{105D2}\u0307 \u32FF \u00e9",
  );
});

it("does not take quadratic time for marks in the wrong order", () => {
  const marks = "\u0301\u0316".repeat(100_000);
  expect(toForm(`a${marks}`, "NFD")).toBe(`a${"\u0316".repeat(100_000)}${"\u0301".repeat(100_000)}`);
});
