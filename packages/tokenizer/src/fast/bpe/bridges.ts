import { byteOfCharacter } from "./byte-alphabet.js";
import {
  beginPattern,
  beginPatternsOf,
  endPattern,
  endPatternsOf,
  type CharacterPattern,
} from "./character-patterns.js";
import type { BpeMerge } from "./read-bpe-model.js";

/** Vocabularies whose table would be larger than 8 MB go without. */
const mostBits = 2 ** 26;

/** Where a merge can join two tokens: what the left one ends and the right one begins with. */
interface Border {
  end: CharacterPattern;
  begin: CharacterPattern;
}

/**
 * Between which characters a merge can ever happen. Where none can, a piece is cut in two without changing its
 * tokens, and the parts are far more often found in the cache: most Japanese and Chinese text falls apart like this,
 * as does text for models without a pre-tokenizer.
 *
 * The answer may be "can" where none can, never the other way round.
 */
export class Bridges {
  private constructor(
    readonly left: CharacterGroups,
    readonly right: CharacterGroups,
    /** A bit for each group of left and of right characters. */
    readonly bits: Int32Array,
    private readonly alwaysInAscii: boolean,
  ) {}

  /**
   * For vocabularies that spell bytes. `suffix` is the model's `end_of_word_suffix`; nothing is cut beside a UTF-16
   * unit that is not `isKnown`.
   */
  static ofBytes(
    merges: readonly BpeMerge[],
    suffix: string,
    isKnown: (unit: number) => boolean,
  ): Bridges | undefined {
    const borders: Border[] = [];
    const add = (left: string, right: string) => {
      // Pieces of ASCII are short: not worth a table.
      if (isPrintableAscii(left.charCodeAt(left.length - 1)) && isPrintableAscii(right.charCodeAt(0))) return;
      const before = bytesOf(left);
      const after = bytesOf(right);
      // No text becomes a token that is not spelled in the alphabet of bytes.
      if (before === undefined || after === undefined || after.length === 0) return;
      const border = { end: endPattern(before), begin: beginPattern(after) };
      if (border.end >= 0 && border.begin >= 0) borders.push(border);
    };
    for (const { left, right } of merges) {
      add(left, right);
      if (suffix !== "" && right.endsWith(suffix)) add(left, right.slice(0, -suffix.length));
    }
    return Bridges.build(
      borders,
      groupCharacters(
        borders.map(({ end }) => end),
        endPatternsOf,
        isKnown,
      ),
      groupCharacters(
        borders.map(({ begin }) => begin),
        beginPatternsOf,
        isKnown,
      ),
      true,
    );
  }

  /** For vocabularies of characters, where a space is written as `space`. */
  static ofCharacters(
    merges: readonly BpeMerge[],
    space: number,
    isKnown: (unit: number) => boolean,
  ): Bridges | undefined {
    const borders = merges.map(({ left, right }) => ({
      end: lastCodePoint(left),
      begin: right.codePointAt(0) as number,
    }));
    const itself = (unit: number) => [unit === 0x20 ? space : unit];
    return Bridges.build(
      borders,
      groupCharacters(
        borders.map(({ end }) => end),
        itself,
        isKnown,
      ),
      groupCharacters(
        borders.map(({ begin }) => begin),
        itself,
        isKnown,
      ),
      false,
    );
  }

  private static build(
    borders: readonly Border[],
    left: CharacterGroups,
    right: CharacterGroups,
    alwaysInAscii: boolean,
  ): Bridges | undefined {
    if (left.count * right.count > mostBits) return undefined;
    const bits = new Int32Array(Math.ceil((left.count * right.count) / 32));
    const set = (row: number, column: number) => {
      const bit = row * right.count + column;
      bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << (bit & 31));
    };
    for (const { end, begin } of borders) {
      for (const row of left.having.get(end) ?? []) {
        for (const column of right.having.get(begin) ?? []) set(row, column);
      }
    }
    for (let row = 0; row < left.count; row++) set(row, UNCUT);
    for (let column = 0; column < right.count; column++) set(UNCUT, column);
    return new Bridges(left, right, bits, alwaysInAscii);
  }

  /** Can a merge join the characters of these two UTF-16 units, the last of one token and the first of the next? */
  canMerge(left: number, right: number): boolean {
    if (this.alwaysInAscii && (left | right) < 0x80) return true;
    const bit = (this.left.ofUnit[left] as number) * this.right.count + (this.right.ofUnit[right] as number);
    return (((this.bits[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1;
  }
}

/** Characters that have the same patterns, out of those that occur at all. */
export interface CharacterGroups {
  count: number;
  /** The group of each UTF-16 unit. */
  ofUnit: Uint16Array;
  /** The groups of the characters that have a pattern. */
  having: ReadonlyMap<CharacterPattern, ReadonlySet<number>>;
}

/** Group 0 has no pattern at all; nothing is cut beside the characters of this one. */
const UNCUT = 1;

function groupCharacters(
  patterns: readonly CharacterPattern[],
  patternsOf: (unit: number) => readonly CharacterPattern[],
  isKnown: (unit: number) => boolean,
): CharacterGroups {
  const having = new Map<CharacterPattern, Set<number>>();
  for (const pattern of patterns) having.set(pattern, new Set());
  const groups = new Map<string, number>([["", 0]]);
  let count = 2;
  const ofUnit = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) {
    if (!isKnown(unit)) {
      ofUnit[unit] = UNCUT;
      continue;
    }
    const present = patternsOf(unit).filter((pattern) => having.has(pattern));
    if (present.length === 0) continue;
    const key = present.join();
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = count++));
    ofUnit[unit] = group;
    for (const pattern of present) having.get(pattern)?.add(group);
  }
  return { count, ofUnit, having };
}

function isPrintableAscii(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f;
}

function bytesOf(token: string): number[] | undefined {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return bytes;
}

function lastCodePoint(token: string): number {
  const last = token.charCodeAt(token.length - 1);
  return (last & 0xfc00) === 0xdc00 && token.length > 1
    ? (token.codePointAt(token.length - 2) as number)
    : last;
}
