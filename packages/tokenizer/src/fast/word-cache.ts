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
