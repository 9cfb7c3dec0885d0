/** Longest word and most ids that a slot has room for. */
const longestWord = 20;
const mostIds = 5;
const bits = 15;

/**
 * Ids of words met before. A slot is 64 bytes, one cache line: a header, the word itself, its ids. A word takes the
 * slot that its hash names from whatever word is there, so memory is fixed and a lookup touches one line.
 */
export class WordCache {
  /** Header (length of the word + number of ids * 65,536, 0 when empty), 10 numbers for the word, 5 for the ids. */
  readonly slots = new Int32Array(16 * 2 ** bits);
  private readonly words = new Uint16Array(this.slots.buffer);

  /**
   * The slot of the word `units[start, end)` as an index into `slots`, or -1 where it is not known. Its ids are the
   * `slots[slot] >>> 16` numbers from `slots[slot + 11]`.
   */
  find(units: Uint16Array, start: number, end: number, hash: number): number {
    const slot = (hash >>> (32 - bits)) << 4;
    const { words } = this;
    const length = end - start;
    if (((this.slots[slot] as number) & 0xffff) !== length) return -1;
    const word = 2 * slot + 2;
    for (let index = 0; index < length; index++) if (words[word + index] !== units[start + index]) return -1;
    return slot;
  }

  /** Remembers `ids[from, to)` for a word, unless word or ids are too many for a slot. */
  store(
    units: Uint16Array,
    start: number,
    end: number,
    hash: number,
    ids: ArrayLike<number>,
    from: number,
    to: number,
  ): void {
    const length = end - start;
    const count = to - from;
    if (length > longestWord || count > mostIds || length === 0) return;
    const slot = (hash >>> (32 - bits)) << 4;
    this.slots[slot] = length + (count << 16);
    const word = 2 * slot + 2;
    for (let index = 0; index < length; index++) this.words[word + index] = units[start + index] as number;
    for (let index = 0; index < count; index++) this.slots[slot + 11 + index] = ids[from + index] as number;
  }
}

/** One step of the hash of a word, from 0. */
export function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash + unit + 1, 0x9e3779b1);
}

const shortBits = 14;

/** A number of eight, the slot of a short word. */
export function shortWordSlot(low: number, high: number): number {
  return ((Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - shortBits)) << 3;
}

/**
 * The same for words of up to ten characters out of the 63 most frequent ones, which are their own keys: 64 bits, six
 * a character. Slots are 32 bytes: the key's two halves, the number of ids, up to five ids.
 */
export class ShortWordCache {
  readonly slots = new Int32Array(8 * 2 ** shortBits);

  store(low: number, high: number, ids: ArrayLike<number>, from: number, to: number): void {
    const count = to - from;
    if (count > mostIds) return;
    const slot = shortWordSlot(low, high);
    this.slots[slot] = low;
    this.slots[slot + 1] = high;
    this.slots[slot + 2] = count;
    for (let index = 0; index < count; index++) this.slots[slot + 3 + index] = ids[from + index] as number;
  }
}
