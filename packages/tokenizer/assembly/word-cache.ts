import { longWordBits, longWords, shortWordBits, shortWords } from "../src/fast/wasm/layout";

/*
 * Ids of words met before. A slot holds the word itself, padded with zeros, and its ids: of a word of up to 8 units
 * 16 bytes, and 16 for 4 ids; of up to 16 units 32 bytes, and 32 for 8 ids. The upper four bits of the last id are the
 * number of ids.
 *
 * A word has two slots side by side to be in: it enters the second one, and moves to the first when it is met there
 * again, so that words met once push out none that are frequent.
 */

/** In memory: V8 would put it together anew from several instructions each time. */
const withoutNumber = memory.data<u32>([0xffffffff, 0xffffffff, 0xffffffff, 0x0fffffff], 16);

function hash(word: v128): u64 {
  return (i64x2.extract_lane(word, 0) * 0x1e3779b97f4a7d) ^ (i64x2.extract_lane(word, 1) * 0x12b2ae3d27d4eb);
}

function shortSlots(word: v128): usize {
  return shortWords + ((<usize>(hash(word) >> (64 - shortWordBits))) << 6);
}

function longSlots(left: v128, right: v128): usize {
  const mixed = hash(left) * 0x1fb21c651e98df + hash(right);
  return longWords + ((<usize>((mixed ^ (mixed << 29)) >> (64 - longWordBits))) << 7);
}

/** Appends the ids of a short word's slot. Writes 16 bytes, whatever their number; returns how many bytes count. */
function copyShortIds(slot: usize, to: usize): usize {
  v128.store(to, v128.and(v128.load(slot, 16), v128.load(withoutNumber)));
  return <usize>((load<u32>(slot, 28) >> 28) << 2);
}

function copyLongIds(slot: usize, to: usize): usize {
  v128.store(to, v128.load(slot, 32));
  v128.store(to, v128.and(v128.load(slot, 48), v128.load(withoutNumber)), 16);
  return <usize>((load<u32>(slot, 60) >> 28) << 2);
}

/** Writes a word and its ids to a slot, where that has room for them. Reads 16 bytes of ids, whatever their number. */
function rememberShort(slot: usize, word: v128, ids: usize, bytes: usize): void {
  if (bytes > 16) return;
  v128.store(slot, word);
  v128.store(slot, lastIds(ids, bytes, bytes), 16);
}

function rememberLong(slot: usize, left: v128, right: v128, ids: usize, bytes: usize): void {
  if (bytes > 32) return;
  v128.store(slot, left);
  v128.store(slot, right, 16);
  v128.store(slot, v128.and(v128.load(ids), firstIds(bytes)), 32);
  v128.store(slot, lastIds(ids + 16, bytes - 16, bytes), 48);
}

/** Four ids of which so many bytes are left, and the number of all in the upper bits of the last. */
function lastIds(ids: usize, left: usize, bytes: usize): v128 {
  const last = v128.and(v128.load(ids), firstIds(left));
  return v128.or(last, i32x4.replace_lane(i32x4.splat(0), 3, (<i32>bytes) << 26));
}

/** Ones for the first ids of four; none where `bytes` is negative. */
function firstIds(bytes: usize): v128 {
  return i32x4.gt_s(i32x4.splat(<i32>bytes), i32x4(0, 4, 8, 12));
}

function swap(slot: usize, other: usize): void {
  const here = v128.load(slot);
  v128.store(slot, v128.load(other));
  v128.store(other, here);
}

/** Ids of the word `[start, end)` of the normalized text, written to `to`. Returns where they end, or 0 to refuse it. */
type EncodeWord = (start: usize, end: usize, to: usize) => usize;

/** The same for a word of up to 8 units, padded with zeros in `word`, by way of the cache. */
export function encodeShort(word: v128, start: usize, end: usize, to: usize, encodeWord: EncodeWord): usize {
  const first = shortSlots(word);
  if (v128.any_true(v128.xor(word, v128.load(first)))) {
    const second = first + 32;
    if (v128.any_true(v128.xor(word, v128.load(second)))) {
      const wordEnd = encodeWord(start, end, to);
      if (wordEnd !== 0) rememberShort(second, word, to, wordEnd - to);
      return wordEnd;
    }
    swap(first, second);
    swap(first + 16, second + 16);
  }
  return to + copyShortIds(first, to);
}

/** The same for a word of up to 16 units, `left` and `right`. */
export function encodeLong(
  left: v128,
  right: v128,
  start: usize,
  end: usize,
  to: usize,
  encodeWord: EncodeWord,
): usize {
  const first = longSlots(left, right);
  if (isOther(left, right, first)) {
    const second = first + 64;
    if (isOther(left, right, second)) {
      const wordEnd = encodeWord(start, end, to);
      if (wordEnd !== 0) rememberLong(second, left, right, to, wordEnd - to);
      return wordEnd;
    }
    for (let place: usize = 0; place < 64; place += 16) swap(first + place, second + place);
  }
  return to + copyLongIds(first, to);
}

function isOther(left: v128, right: v128, slot: usize): bool {
  return v128.any_true(v128.or(v128.xor(left, v128.load(slot)), v128.xor(right, v128.load(slot, 16))));
}

/** Copies ids to a place before them, 16 bytes at a time. */
export function moveIds(to: usize, from: usize, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16, to += 16) v128.store(to, v128.load(from));
}
