import { describe, expect, it } from "vitest";
import { randomTexts } from "../fixtures/random-text.js";
import {
  cl100kExpression,
  clipExpression,
  createPieceScanner,
  gpt2Expression,
  type PieceScanner,
} from "./piece-scanners.js";
import { LETTER, letterClasses, NUMBER } from "./unicode-classes.js";

function scan(scanner: PieceScanner, text: string): string[] {
  const units = new Uint16Array(text.length).map((_, index) => text.charCodeAt(index));
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = scanner(units, at, text.length);
    if (end > 0) pieces.push(text.slice(at, end));
    at = Math.abs(end);
  }
  return pieces;
}

const classes = letterClasses();

/** Characters of which the engine's Unicode tables say the same as the library's. */
function isCommon(character: string): boolean {
  const found = classes[character.codePointAt(0) as number] ?? 0;
  return (
    /\p{L}/u.test(character) === (found === LETTER) &&
    /\p{N}/u.test(character) === (found === NUMBER) &&
    !/[\u0085\uFEFF]/.test(character)
  );
}

const texts = [
  "I'll don't we've THEY'RE 'S 'ſ 's't x'ſy 'tis '",
  "a  b   c\n\n d \r\n\r\n  e\t\tf \n",
  "1234567 12 3a1b ½² 12,345.67",
  "¡Hola!... (x) — _y_ $5 !!\n\n?\r",
  "　全角　スペース、カタカナ。",
  ...randomTexts(3, 3000, ["'s", "'LL", "'", " '", "\n\n", "\r\n ", "    ", "12345"]).map((text) =>
    Array.from(text).filter(isCommon).join(""),
  ),
];

describe("scanners cut as the regular expressions do", () => {
  const scanners: [name: string, expression: string, scanner: PieceScanner][] = [
    ["GPT-2", gpt2Expression, createPieceScanner("gpt2")],
    ["cl100k and Llama 3", ignoringCase(cl100kExpression("{1,3}")), createPieceScanner("cl100k")],
    ["Qwen 2", ignoringCase(cl100kExpression("")), createPieceScanner("qwen2")],
    ["CLIP", clipExpression, createPieceScanner("clip")],
  ];
  it.each(scanners)("%s", (_name, expression, scanner) => {
    const regularExpression = new RegExp(expression, "gu");
    for (const text of texts) expect(scan(scanner, text), text).toEqual(text.match(regularExpression) ?? []);
  });
});

/** `(?i:…)` is younger than Node 20. */
function ignoringCase(expression: string): string {
  return expression.replace(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    "(?:'[sS\u017f]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])",
  );
}

it("CLIP's own tokens, where they are text, fall into three pieces", () => {
  expect(scan(createPieceScanner("clip"), "a<|endoftext|>!<|startoftext|>!")).toEqual([
    "a",
    "<|",
    "endoftext",
    "|>",
    "!<|",
    "startoftext",
    "|>!",
  ]);
  expect(scan(createPieceScanner("clip"), "<|endoftext|><|endoftext|>?")).toEqual([
    "<|",
    "endoftext",
    "|>",
    "<|",
    "endoftext",
    "|>",
    "?",
  ]);
});
