import {
  cl100k,
  clip,
  endClass,
  falcon,
  firstSupplementary,
  gpt2,
  qwen2,
  spaceUnit,
  supplementaryClasses,
  supplementaryEnd,
  unitClass,
  units,
} from "../src/fast/wasm/layout";

/*
 * Twins of `src/fast/bpe/piece-scanners.ts`, for normalized text, whose end is a unit of a class of its own, so that
 * nobody has to count. The classes are those of `src/fast/bpe/unicode-classes.ts`.
 */
const OTHER: u32 = 0;
const LETTER: u32 = 1;
const NUMBER: u32 = 2;
const SPACE: u32 = 3;
const PUNCTUATION: u32 = 4;
const HALF: u32 = 5;
const END: u32 = endClass;
/** Not a class. */
const NONE: u32 = 7;

const APOSTROPHE: u32 = 0x27;
const LINE_FEED: u32 = 0x0a;
const CARRIAGE_RETURN: u32 = 0x0d;
const LESS_THAN: u32 = 0x3c;
const VERTICAL_LINE: u32 = 0x7c;
const LONG_S: u32 = 0x17f;

/** The piece is not for WebAssembly. */
export const notOurs: usize = 0;
/** Set in the end of what is dropped. */
export const dropped: usize = 1;

/** Where the piece that begins at `start` ends. */
export function endOfPiece(rule: u32, start: usize): usize {
  if (rule === gpt2) return endOfGpt2Piece(start);
  if (rule === falcon) return endOfFalconPiece(start);
  if (rule === cl100k) return endOfCl100kPiece(start, 3);
  if (rule === qwen2) return endOfCl100kPiece(start, 1);
  if (rule === clip) return endOfClipPiece(start);
  return notOurs;
}

function endOfGpt2Piece(start: usize): usize {
  const first = unitAt(start);
  if (first === APOSTROPHE) {
    const length = contractionLength(start, 0);
    if (length > 0) return start + length;
  }
  let at = start;
  let kind = classAt(at);
  if (first === spaceUnit) {
    const next = classAt(at + 2);
    if (next !== END) {
      kind = next;
      at += 2;
    }
  }
  return kind === SPACE ? endOfSpaces(start, NONE) : endOfRun(at + lengthAt(at), kind);
}

function endOfFalconPiece(start: usize): usize {
  let at = start;
  let kind = classAt(at);
  if (unitAt(start) === spaceUnit) {
    const next = classAt(at + 2);
    if (next !== END) {
      kind = next;
      at += 2;
    }
  }
  if (kind === SPACE) return endOfSpaces(start, PUNCTUATION);
  if (kind === PUNCTUATION && at > start) return at;
  return endOfRun(at + lengthAt(at), kind);
}

function endOfCl100kPiece(start: usize, digits: u32): usize {
  const first = unitAt(start);
  if (first === APOSTROPHE) {
    const length = contractionLength(start, 0x20);
    if (length > 0) return start + length;
  }
  const kind = classAt(start);
  const next = start + lengthAt(start);
  if (kind === LETTER) return endOfRun(next, LETTER);
  if (kind === NUMBER) return endOfNumber(next, digits - 1);
  const nextKind = classAt(next);
  if (nextKind === LETTER && !isLineBreak(first)) return endOfRun(next, LETTER);
  if (kind === OTHER || (first === spaceUnit && nextKind === OTHER)) {
    let at = endOfRun(next, OTHER);
    while (isLineBreak(unitAt(at))) at += 2;
    return at;
  }
  const spaces = endOfRun(next, SPACE);
  for (let at = spaces - 2; at >= start; at -= 2) if (isLineBreak(unitAt(at))) return at + 2;
  return classAt(spaces) !== END && spaces - start > 2 ? spaces - 2 : spaces;
}

function endOfClipPiece(start: usize): usize {
  const first = unitAt(start);
  if (first === APOSTROPHE) {
    const length = contractionLength(start, 0);
    if (length > 0) return start + length;
  }
  const kind = classAt(start);
  const next = start + lengthAt(start);
  if (kind === SPACE) return endOfRun(next, SPACE) | dropped;
  if (kind === NUMBER) return next;
  // Perhaps one of the special tokens of which the expression speaks.
  if (first === LESS_THAN && unitAt(next) === VERTICAL_LINE) return notOurs;
  return endOfRun(next, kind);
}

function unitAt(at: usize): u32 {
  return load<u16>(at);
}

function classAt(at: usize): u32 {
  const kind: u32 = load<u8>(units + ((<usize>load<u16>(at)) << 3), unitClass);
  return kind === HALF ? classOfPair(at) : kind;
}

function classOfPair(at: usize): u32 {
  const codePoint = ((unitAt(at) - 0xd800) << 10) + (unitAt(at + 2) - 0xdc00) + 0x10000;
  return codePoint < <u32>supplementaryEnd
    ? load<u8>(supplementaryClasses + <usize>(codePoint - firstSupplementary))
    : OTHER;
}

/** Bytes of the character at `at`. */
function lengthAt(at: usize): usize {
  return (unitAt(at) & 0xfc00) === 0xd800 ? 4 : 2;
}

function endOfRun(at: usize, wanted: u32): usize {
  return wanted === LETTER ? endOfLetters(at) : endOfOthers(at, wanted);
}

function endOfLetters(at: usize): usize {
  let end = at;
  do {
    at = endOfAsciiLetters(end);
    end = load<u16>(at) < 0x80 ? at : endOfOthers(at, LETTER);
  } while (end !== at);
  return at;
}

/** Eight at a time: where a word ends, a loop over its letters is a branch that nobody foresees. */
function endOfAsciiLetters(at: usize): usize {
  let count: usize;
  do {
    const lower = v128.or(v128.load(at), i16x8.splat(0x20));
    const others = i16x8.bitmask(i16x8.gt_u(i16x8.sub(lower, i16x8.splat(0x61)), i16x8.splat(25)));
    count = <usize>ctz<i32>(others | 0x100);
    at += count << 1;
  } while (count === 8);
  return at;
}

function endOfOthers(at: usize, wanted: u32): usize {
  while (true) {
    const kind: u32 = load<u8>(units + ((<usize>load<u16>(at)) << 3), unitClass);
    if (kind === wanted) at += 2;
    else if (kind === HALF && classOfPair(at) === wanted) at += 4;
    else break;
  }
  return at;
}

function endOfSpaces(start: usize, endsText: u32): usize {
  const at = endOfRun(start, SPACE);
  const kind = classAt(at);
  return kind === END || at - start === 2 || kind === endsText ? at : at - 2;
}

function endOfNumber(at: usize, more: u32): usize {
  for (; more > 0 && classAt(at) === NUMBER; more--) at += lengthAt(at);
  return at;
}

function isLineBreak(unit: u32): bool {
  return unit === LINE_FEED || unit === CARRIAGE_RETURN;
}

/** In bytes; 0 where there is none. */
function contractionLength(start: usize, ignoreCase: u32): usize {
  const unit = unitAt(start + 2);
  if (ignoreCase !== 0 && unit === LONG_S) return 4;
  const first = unit | ignoreCase;
  // s, t, m, d
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 4;
  if (first !== 0x72 && first !== 0x76 && first !== 0x6c) return 0;
  // re, ve, ll
  return (unitAt(start + 4) | ignoreCase) === (first === 0x6c ? 0x6c : 0x65) ? 6 : 0;
}
