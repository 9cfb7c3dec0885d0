import { Growable } from "./growable.js";

/**
 * Terms and their numbers, in the order of adding. The letters of all terms lie in one array. A Map of strings takes up to
 * twice the time, more memory, no more than 16.7 million terms, and keeps whole texts alive, of which a term is a slice.
 */
export class TermTable {
  size = 0;
  /** The code units of all terms, one after the other. */
  private readonly units = new Growable(new Uint16Array(8192));
  /**
   * Four numbers a slot, side by side, since each jump in memory takes longer than all else: the hash, the number of the
   * term plus 1 (0 for a free slot), where its units begin, and how many there are.
   */
  private slots = new Uint32Array(4 * 2048);
  /** Nobody can choose terms that all have one hash. */
  private readonly seed = Math.floor(Math.random() * 2 ** 32);

  find(term: string): number | undefined {
    const entry = this.slots[this.slotOf(term, this.hashOf(term)) + 1] as number;
    return entry === 0 ? undefined : entry - 1;
  }

  findOrAdd(term: string): number {
    const hash = this.hashOf(term);
    const slot = this.slotOf(term, hash);
    const entry = this.slots[slot + 1] as number;
    if (entry > 0) return entry - 1;
    this.slots.set([hash, ++this.size, this.units.length, term.length], slot);
    for (let index = 0; index < term.length; index++) this.units.push(term.charCodeAt(index));
    if (this.size * 8 > this.slots.length) this.grow();
    return this.size - 1;
  }

  /** Where the slot of the term is, or belongs. */
  private slotOf(term: string, hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let slot = (hash << 2) & mask; ; slot = (slot + 4) & mask) {
      if (slots[slot + 1] === 0 || (slots[slot] === hash && this.holds(slot, term))) return slot;
    }
  }

  private holds(slot: number, term: string): boolean {
    const { values } = this.units;
    if (this.slots[slot + 3] !== term.length) return false;
    const start = this.slots[slot + 2] as number;
    for (let index = 0; index < term.length; index++) {
      if (values[start + index] !== term.charCodeAt(index)) return false;
    }
    return true;
  }

  /** FNV-1a (Fowler, Noll, Vo) by code units from a seed, and a last mixing, since slots are chosen by the low bits. */
  private hashOf(term: string): number {
    let hash = this.seed;
    for (let index = 0; index < term.length; index++) {
      hash = Math.imul(hash ^ term.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    const mask = this.slots.length - 1;
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 1] === 0) continue;
      let slot = ((old[from] as number) << 2) & mask;
      while (this.slots[slot + 1] !== 0) slot = (slot + 4) & mask;
      this.slots.set(old.subarray(from, from + 4), slot);
    }
  }
}
