import {
  classOfPair,
  endOfRun,
  HALF,
  LETTER,
  letterClasses,
  NUMBER,
  OTHER,
  PUNCTUATION,
  punctuationClasses,
  SPACE,
} from "./unicode-classes.js";

/**
 * Where the piece that begins at `start` ends: what the pre-tokenizer's regular expression matches there, found
 * without backtracking. Negative where the characters up to there (its absolute value) are dropped.
 * `start` < `end`, the end of the text, beyond which nothing is looked at.
 */
export type PieceScanner = (units: Uint16Array, start: number, end: number) => number;

/** The pre-tokenizers that are known, named after the models that had them first. */
export type PieceRule = "wholeText" | "gpt2" | "falcon" | "cl100k" | "qwen2" | "clip";

export function createPieceScanner(rule: PieceRule): PieceScanner {
  switch (rule) {
    case "wholeText":
      return (_units, _start, end) => end;
    case "gpt2":
      return createGpt2Scanner();
    case "falcon":
      return createPunctuationThenGpt2Scanner();
    case "cl100k":
      return createCl100kScanner(3);
    case "qwen2":
      return createCl100kScanner(1);
    case "clip":
      return createClipScanner();
  }
}

const SPACE_CHARACTER = 0x20;
const APOSTROPHE = 0x27;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LESS_THAN = 0x3c;
const LONG_S = 0x17f;

/** The expression inside pre-tokenizer `ByteLevel`, from GPT-2. */
export const gpt2Expression =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function createGpt2Scanner(): PieceScanner {
  const classes = letterClasses();
  return (units, start, end) => {
    const first = units[start] as number;
    if (first === APOSTROPHE) {
      const contraction = contractionLength(units, start, end, 0);
      if (contraction > 0) return start + contraction;
    }
    let at = start;
    if (first === SPACE_CHARACTER && start + 1 < end) at++;
    const kind = classAt(classes, units, at);
    return kind === SPACE
      ? endOfSpaces(classes, units, start, end)
      : endOfRun(classes, units, at + 1 + (isHalf(units, at) ? 1 : 0), end, kind);
  };
}

/**
 * Pre-tokenizers `Punctuation` (contiguous) and `ByteLevel` one after the other, as Falcon has them: the GPT-2
 * expression inside each run of punctuation and each run of anything else. No contraction survives that, as the
 * apostrophe is punctuation.
 */
function createPunctuationThenGpt2Scanner(): PieceScanner {
  const classes = punctuationClasses();
  return (units, start, end) => {
    let at = start;
    if (units[start] === SPACE_CHARACTER && start + 1 < end) at++;
    const kind = classAt(classes, units, at);
    if (kind === SPACE) return endOfSpaces(classes, units, start, end, PUNCTUATION);
    // The space before a run of punctuation is the end of a run of anything else.
    if (kind === PUNCTUATION && at > start) return at;
    return endOfRun(classes, units, at + 1 + (isHalf(units, at) ? 1 : 0), end, kind);
  };
}

/** The expression of OpenAI's cl100k and of Llama 3 (numbers of up to three digits) and Qwen 2 (single digits). */
export function cl100kExpression(digits: "{1,3}" | ""): string {
  return `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
}

function createCl100kScanner(digits: 1 | 3): PieceScanner {
  const classes = letterClasses();
  return (units, start, end) => {
    const first = units[start] as number;
    if (first === APOSTROPHE) {
      const contraction = contractionLength(units, start, end, 0x20);
      if (contraction > 0) return start + contraction;
    }
    const kind = classAt(classes, units, start);
    const next = start + (isHalf(units, start) ? 2 : 1);
    if (kind === LETTER) return endOfRun(classes, units, next, end, LETTER);
    if (kind === NUMBER) return endOfNumber(classes, units, next, end, digits - 1);
    const isLineBreak = first === LINE_FEED || first === CARRIAGE_RETURN;
    const nextKind = next < end ? classAt(classes, units, next) : SPACE;
    if (nextKind === LETTER && !isLineBreak) return endOfRun(classes, units, next, end, LETTER);
    if (kind === OTHER || (first === SPACE_CHARACTER && nextKind === OTHER)) {
      return endOfLineBreaks(units, endOfRun(classes, units, next, end, OTHER), end);
    }
    const spaces = endOfRun(classes, units, next, end, SPACE);
    for (let at = spaces - 1; at >= start; at--) {
      if (units[at] === LINE_FEED || units[at] === CARRIAGE_RETURN) return at + 1;
    }
    return spaces < end && spaces - start > 1 ? spaces - 1 : spaces;
  };
}

/** The expression of CLIP, of which only the matches are kept. */
export const clipExpression =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** CLIP's expression, then GPT-2's: the latter divides only `<|startoftext|>` and `<|endoftext|>`. */
function createClipScanner(): PieceScanner {
  const classes = letterClasses();
  /** Where the `|>` of a token being divided begins. */
  let closing = -1;
  return (units, start, end) => {
    const first = units[start] as number;
    if (first === APOSTROPHE) {
      const contraction = contractionLength(units, start, end, 0);
      if (contraction > 0) return start + contraction;
    }
    const kind = classAt(classes, units, start);
    const next = start + (isHalf(units, start) ? 2 : 1);
    if (kind === SPACE) return -endOfRun(classes, units, next, end, SPACE);
    if (kind === NUMBER) return next;
    if (start === closing) {
      closing = -1;
      return start + 2;
    }
    if (first === LESS_THAN) {
      for (const token of ["<|startoftext|>", "<|endoftext|>"]) {
        if (!holdsAt(units, start, end, token)) continue;
        closing = start + token.length - 2;
        return start + 2;
      }
    }
    return endOfRun(classes, units, next, end, kind);
  };
}

function classAt(classes: Uint8Array, units: Uint16Array, at: number): number {
  const kind = classes[units[at] as number] as number;
  return kind === HALF ? classOfPair(classes, units, at) : kind;
}

function isHalf(units: Uint16Array, at: number): boolean {
  return ((units[at] as number) & 0xfc00) === 0xd800;
}

/**
 * Length of 's, 't, 're, 've, 'm, 'll or 'd at `start`, 0 if there is none. `ignoreCase` is 0x20 where case does not
 * matter; then ſ is an s, too.
 */
function contractionLength(units: Uint16Array, start: number, end: number, ignoreCase: 0 | 0x20): number {
  if (start + 1 >= end) return 0;
  if (ignoreCase && units[start + 1] === LONG_S) return 2;
  const first = (units[start + 1] as number) | ignoreCase;
  switch (first) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return 2;
  }
  if (start + 2 >= end) return 0;
  const second = (units[start + 2] as number) | ignoreCase;
  const found =
    (first === 0x72 && second === 0x65) || // re
    (first === 0x76 && second === 0x65) || // ve
    (first === 0x6c && second === 0x6c); // ll
  return found ? 3 : 0;
}

/** `\s+(?!\S)|\s+`: leaves the last space to the word after it. */
function endOfSpaces(
  classes: Uint8Array,
  units: Uint16Array,
  start: number,
  end: number,
  endsText = -1,
): number {
  const at = endOfRun(classes, units, start, end, SPACE);
  if (at === end || at - start === 1 || classAt(classes, units, at) === endsText) return at;
  return at - 1;
}

function endOfNumber(classes: Uint8Array, units: Uint16Array, at: number, end: number, more: number): number {
  while (more-- > 0 && at < end && classAt(classes, units, at) === NUMBER) at += isHalf(units, at) ? 2 : 1;
  return at;
}

function endOfLineBreaks(units: Uint16Array, at: number, end: number): number {
  while (at < end && (units[at] === LINE_FEED || units[at] === CARRIAGE_RETURN)) at++;
  return at;
}

function holdsAt(units: Uint16Array, at: number, end: number, wanted: string): boolean {
  if (at + wanted.length > end) return false;
  for (let index = 0; index < wanted.length; index++) {
    if (units[at + index] !== wanted.charCodeAt(index)) return false;
  }
  return true;
}
