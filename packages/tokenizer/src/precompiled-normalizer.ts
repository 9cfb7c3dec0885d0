import { invalidTokenizer } from "./invalid-tokenizer.js";

/**
 * SentencePiece's normalisation rules, compiled: the `precompiled_charsmap` of XLM-R, T5, mBART and others.
 *
 * The bytes, base64-encoded, are the length of a trie, the trie (a Darts double array of 32-bit units over UTF-8), and
 * the replacements, each ended by a zero byte. They are applied as the Rust library does (crate `spm_precompiled`):
 * grapheme by grapheme, the replacement of the *shortest* matching prefix standing for the whole grapheme, and code
 * point by code point where the grapheme has six bytes or more or no match.
 */
export function createPrecompiledNormalizer(charsmap: unknown, where: string): (text: string) => string {
  const rules = createPrecompiledRules(charsmap, where);
  if (rules === undefined) return (text) => text;
  const findReplacement = rules;
  const graphemesKnown = new Map<string, string>();
  /** `undefined` for one that stays. */
  const codePointsKnown = new Map<number, string | undefined>();

  function replaceGrapheme(grapheme: string): string {
    // Of six bytes or more, it falls apart.
    if (grapheme.length >= 6 || isOneCodePoint(grapheme)) return replaceCodePoints(grapheme);
    const known = graphemesKnown.get(grapheme);
    if (known !== undefined) return known;
    const result = findReplacement(grapheme) ?? replaceCodePoints(grapheme);
    if (graphemesKnown.size < mostRemembered) graphemesKnown.set(grapheme, result);
    return result;
  }

  /** Copies whole what lies between replacements: a million marks are one grapheme. */
  function replaceCodePoints(characters: string): string {
    let result = "";
    let copied = 0;
    for (let index = 0; index < characters.length;) {
      const codePoint = characters.codePointAt(index) as number;
      const next = index + (codePoint > 0xffff ? 2 : 1);
      const replacement = replacementOf(codePoint);
      if (replacement !== undefined) {
        result += characters.slice(copied, index) + replacement;
        copied = next;
      }
      index = next;
    }
    return copied === 0 ? characters : result + characters.slice(copied);
  }

  function replacementOf(codePoint: number): string | undefined {
    const known = codePointsKnown.get(codePoint);
    if (known !== undefined || codePointsKnown.has(codePoint)) return known;
    const replacement = findReplacement(String.fromCodePoint(codePoint));
    if (codePointsKnown.size < mostRemembered) codePointsKnown.set(codePoint, replacement);
    return replacement;
  }

  return (text) => {
    let result = "";
    for (const [portion] of text.matchAll(portions)) {
      if (plainPortion.test(portion)) result += replaceCodePoints(portion);
      else for (const grapheme of graphemes(portion)) result += replaceGrapheme(grapheme);
    }
    return result;
  };
}

/** What stands for a grapheme or a code point, if anything does; `undefined` for an empty charsmap. */
export function createPrecompiledRules(
  charsmap: unknown,
  where: string,
): ((characters: string) => string | undefined) | undefined {
  if (charsmap === null || charsmap === undefined || charsmap === "") return undefined;
  const { trie, replacements } = parseCharsmap(charsmap, where);
  return (characters) => {
    const utf8 = encoder.encode(characters);
    const offset = utf8.length < 6 ? findShortestPrefix(trie, utf8) : undefined;
    return offset === undefined ? undefined : readReplacement(replacements, offset);
  };
}

const mostRemembered = 65_536;
const encoder = new TextEncoder();

interface Charsmap {
  trie: Uint32Array;
  replacements: Uint8Array;
}

function parseCharsmap(charsmap: unknown, where: string): Charsmap {
  let bytes: Uint8Array;
  try {
    if (typeof charsmap !== "string") throw new TypeError("not a string");
    bytes = Uint8Array.from(atob(charsmap), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw invalidTokenizer(`${where}.precompiled_charsmap is not base64`, cause);
  }
  const trieBytes = bytes.length < 4 ? NaN : new DataView(bytes.buffer).getUint32(0, true);
  if (!(trieBytes % 4 === 0 && trieBytes <= bytes.length - 4)) {
    throw invalidTokenizer(`${where}.precompiled_charsmap is shorter than its trie`);
  }
  return {
    trie: new Uint32Array(bytes.buffer, 4, trieBytes / 4),
    replacements: bytes.subarray(4 + trieBytes),
  };
}

/** Where the replacement of the shortest prefix begins. A unit outside the array is a mismatch. */
function findShortestPrefix(trie: Uint32Array, utf8: Uint8Array): number | undefined {
  let unit = trie[0] ?? 0;
  let position = childrenOf(unit);
  for (const byte of utf8) {
    if (byte === 0) return undefined;
    position ^= byte;
    unit = trie[position] ?? 0;
    if ((unit & 0x8000_00ff) !== byte) return undefined;
    position ^= childrenOf(unit);
    const isEnd = (unit >> 8) & 1;
    if (isEnd) return (trie[position] ?? 0) & 0x7fff_ffff;
  }
  return undefined;
}

/** Bit 9 says that the offset in the bits above is in units of 256. */
function childrenOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function readReplacement(replacements: Uint8Array, offset: number): string {
  const end = replacements.indexOf(0, offset);
  return new TextDecoder().decode(replacements.subarray(offset, end === -1 ? undefined : end));
}

function isOneCodePoint(text: string): boolean {
  return text.length === ((text.codePointAt(0) as number) > 0xffff ? 2 : 1);
}

/*
 * Finding graphemes is slow, and in most text every code point is one. Plain characters (Latin, Greek, Cyrillic, kana,
 * ideographs, Hangul syllables and their punctuation) never join each other; only portions with other characters, up
 * to and including the plain ones beside them, are segmented.
 */
const plain =
  "\\n\\t\\x20-\\x7E\\xA0-\\xAC\\xAE-\\u02FF\\u0370-\\u0482\\u048A-\\u052F\\u2010-\\u2027\\u3000-\\u3029\\u3030-\\u303D" +
  "\\u3041-\\u3096\\u30A0-\\u30FF\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uAC00-\\uD7A3\\uF900-\\uFAD9\\uFF01-\\uFF9D";
const portions = new RegExp(
  `[${plain}]+(?=[${plain}]|$)|[${plain}]?[^${plain}]+(?:[${plain}][^${plain}]+)*[${plain}]?`,
  "gu",
);
const plainPortion = new RegExp(`^[${plain}]+$`, "u");

/** Made when first needed: that takes milliseconds. */
let segmenter: Intl.Segmenter | undefined;

/** Extended grapheme clusters; code points in the few browsers that cannot tell. */
export function graphemes(text: string): Iterable<string> {
  if (typeof Intl.Segmenter !== "function") return text;
  return text.length <= segmentedAtOnce ? segment(text) : segmentLong(text);
}

/** V8 takes time that grows with the square of the length. */
const segmentedAtOnce = 256;

function segment(text: string): string[] {
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), (grapheme) => grapheme.segment);
}

/** A grapheme ends where the next one begins, whatever stands beyond, and depends on nothing before it. */
function* segmentLong(text: string): Iterable<string> {
  let length = segmentedAtOnce;
  for (let start = 0; start < text.length;) {
    let end = Math.min(text.length, start + length);
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
    const found = segment(text.slice(start, end));
    // The last one may go on.
    if (end < text.length) found.pop();
    for (const grapheme of found) {
      start += grapheme.length;
      yield grapheme;
    }
    length = found.length === 0 ? length * 2 : segmentedAtOnce;
  }
}
