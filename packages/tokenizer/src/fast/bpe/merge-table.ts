/**
 * The merges of a BPE model: (left id, right id) to rank and the id of the two together. Open addressing over one
 * typed array, so that a look-up touches one cache line.
 */
export class MergeTable {
  /** Four numbers an entry: left, right, rank, merged. */
  readonly entries: Int32Array;
  private readonly mask: number;
  /**
   * A bit for the hash of every entry. Most pairs do not merge, and for most of those this small array, which stays in
   * the processor's cache, says so.
   */
  readonly present = new Int32Array(1 << 15);

  constructor(count: number) {
    let capacity = 16;
    while (capacity < count * 2) capacity *= 2;
    this.mask = capacity - 1;
    this.entries = new Int32Array(capacity * 4).fill(-1);
  }

  /** As in the Rust library, the last merge of the same two tokens counts. */
  set(left: number, right: number, rank: number, merged: number): void {
    const hash = hashPair(left, right);
    const word = hash >>> 17;
    this.present[word] = (this.present[word] as number) | (1 << (hash >>> 12));
    let at = (hash & this.mask) << 2;
    while (this.entries[at] !== -1 && !(this.entries[at] === left && this.entries[at + 1] === right)) {
      at = (at + 4) & (this.entries.length - 1);
    }
    this.entries[at] = left;
    this.entries[at + 1] = right;
    this.entries[at + 2] = rank;
    this.entries[at + 3] = merged;
  }

  /** Index of the entry in `entries`, -1 where the two tokens do not merge. */
  find(left: number, right: number): number {
    const { entries } = this;
    const hash = hashPair(left, right);
    if ((((this.present[hash >>> 17] as number) >>> (hash >>> 12)) & 1) === 0) return -1;
    const last = entries.length - 1;
    let at = (hash & this.mask) << 2;
    for (;;) {
      const found = entries[at] as number;
      if (found === left && entries[at + 1] === right) return at;
      if (found === -1) return -1;
      at = (at + 4) & last;
    }
  }
}

/** Upper and lower bits are both well mixed. */
export function hashPair(left: number, right: number): number {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35) ^ (hash >>> 16);
}
