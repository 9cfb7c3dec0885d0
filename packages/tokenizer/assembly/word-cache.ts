import { longWordBits, longWords, shortWordBits, shortWords } from "../src/fast/wasm/layout";

/*
 * Ids of words met before. A slot holds the word itself, padded with zeros, and its ids, so that a look-up touches one
 * line of memory. Word and number of ids share the slot thus: of a word of up to 8 units 16 bytes, 4 ids; of up to 16
 * units 32 bytes, 8 ids. The upper four bits of the last id are the number of ids.
 */

const mask4: u32 = 0x0fffffff;

function hash(word: v128): u64 {
  return (i64x2.extract_lane(word, 0) * 0x1e3779b97f4a7d) ^ (i64x2.extract_lane(word, 1) * 0x12b2ae3d27d4eb);
}

function shortSlot(word: v128): usize {
  return shortWords + ((<usize>(hash(word) >> (64 - shortWordBits))) << 5);
}

function longSlot(left: v128, right: v128): usize {
  const mixed = hash(left) * 0x1fb21c651e98df + hash(right);
  return longWords + ((<usize>((mixed ^ (mixed << 29)) >> (64 - longWordBits))) << 6);
}

/** Appends the ids of a short word's slot. Writes 16 bytes, whatever their number; returns how many bytes count. */
function copyShortIds(slot: usize, to: usize): usize {
  v128.store(to, v128.and(v128.load(slot, 16), i32x4(-1, -1, -1, mask4)));
  return <usize>((load<u32>(slot, 28) >> 28) << 2);
}

function copyLongIds(slot: usize, to: usize): usize {
  v128.store(to, v128.load(slot, 32));
  v128.store(to, v128.and(v128.load(slot, 48), i32x4(-1, -1, -1, mask4)), 16);
  return <usize>((load<u32>(slot, 60) >> 28) << 2);
}

/** Writes the ids of a word to its slot. False where the slot has no room for them. */
function rememberIds(place: usize, room: usize, ids: usize, bytes: usize): bool {
  if (bytes > room << 2) return false;
  memory.fill(place, 0, room << 2);
  memory.copy(place, ids, bytes);
  const last = place + (room << 2) - 4;
  store<u32>(last, load<u32>(last) | ((<u32>bytes) << 26));
  return true;
}

/** Ids of the word `[start, end)` of the normalized text, written to `to`. Returns where they end, or 0 to refuse it. */
type EncodeWord = (start: usize, end: usize, to: usize) => usize;

/** The same for a word of up to 8 units, padded with zeros in `word`, by way of the cache. */
export function encodeShort(word: v128, start: usize, end: usize, to: usize, encodeWord: EncodeWord): usize {
  const slot = shortSlot(word);
  if (!v128.any_true(v128.xor(word, v128.load(slot)))) return to + copyShortIds(slot, to);
  const wordEnd = encodeWord(start, end, to);
  if (wordEnd !== 0 && rememberIds(slot + 16, 4, to, wordEnd - to)) v128.store(slot, word);
  return wordEnd;
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
  const slot = longSlot(left, right);
  const differ = v128.or(v128.xor(left, v128.load(slot)), v128.xor(right, v128.load(slot, 16)));
  if (!v128.any_true(differ)) return to + copyLongIds(slot, to);
  const wordEnd = encodeWord(start, end, to);
  if (wordEnd !== 0 && rememberIds(slot + 32, 8, to, wordEnd - to)) {
    v128.store(slot, left);
    v128.store(slot, right, 16);
  }
  return wordEnd;
}
