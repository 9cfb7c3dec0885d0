import { letterRuns, numberRuns, punctuationRuns, spaceRuns } from "./unicode-runs.js";

/** Classes of characters that the known pre-tokenizers tell apart. */
export const OTHER = 0;
export const LETTER = 1;
export const NUMBER = 2;
export const SPACE = 3;
/** Only in the table that `punctuationClasses` gives. */
export const PUNCTUATION = 4;
/** The class of a UTF-16 unit that is half a character: the class is that of the code point. */
export const HALF = 5;

/** No letter, number or punctuation mark lies beyond. */
const end = 0x40000;

let letters: Uint8Array | undefined;
let punctuation: Uint8Array | undefined;

/** Class of every code point below U+40000: LETTER, NUMBER, SPACE, HALF or OTHER. */
export function letterClasses(): Uint8Array {
  if (letters) return letters;
  letters = new Uint8Array(end);
  fillRuns(letters, letterRuns, LETTER);
  fillRuns(letters, numberRuns, NUMBER);
  fillRuns(letters, spaceRuns, SPACE);
  letters.fill(HALF, 0xd800, 0xe000);
  return letters;
}

/** The same, with punctuation marks as a class of their own. */
export function punctuationClasses(): Uint8Array {
  if (punctuation) return punctuation;
  punctuation = letterClasses().slice();
  fillRuns(punctuation, punctuationRuns, PUNCTUATION);
  return punctuation;
}

/** Class of the character that begins at `at` with a surrogate; the text is well-formed. */
export function classOfPair(classes: Uint8Array, units: Uint16Array, at: number): number {
  const codePoint = (((units[at] as number) - 0xd800) << 10) + ((units[at + 1] as number) - 0xdc00) + 0x10000;
  return codePoint < end ? (classes[codePoint] as number) : OTHER;
}

/** Where the run of characters of `wanted` that goes on at `at` ends. */
export function endOfRun(
  classes: Uint8Array,
  units: Uint16Array,
  at: number,
  end: number,
  wanted: number,
): number {
  while (at < end) {
    const found = classes[units[at] as number] as number;
    if (found === wanted) at++;
    else if (found === HALF && classOfPair(classes, units, at) === wanted) at += 2;
    else break;
  }
  return at;
}

function fillRuns(classes: Uint8Array, runs: string, value: number): void {
  let at = 0;
  let inside = false;
  for (const step of runs.split(" ")) {
    const next = at + parseInt(step, 36);
    if (inside) classes.fill(value, at, next);
    inside = !inside;
    at = next;
  }
}
