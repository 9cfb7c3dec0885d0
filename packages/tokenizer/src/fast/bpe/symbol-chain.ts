import type { MergeTable } from "./merge-table.js";

/** A heap entry is rank · 2³² + position, which a double holds exactly for ranks below 2²¹. */
const positions = 2 ** 32;
export const greatestMergeCount = 2 ** 21;

/** Merges any number of symbols with a linked list and a heap: O(n log n). */
export class SymbolChain {
  /** The tokens that the last call of `merge` left. */
  tokens = new Int32Array(0);
  /** Index of the first symbol of each; one more entry says where the last one ends. */
  starts = new Int32Array(0);
  private previous = new Int32Array(0);
  private next = new Int32Array(0);
  private heap = new Float64Array(0);
  private heapLength = 0;

  /** Merges `seeds` from `from` to `end`, which stay as they are. Returns the number of tokens. */
  merge(seeds: Int32Array, from: number, end: number, merges: MergeTable): number {
    const count = end - from;
    this.reserve(count);
    const { tokens, starts, previous, next } = this;
    const { entries } = merges;
    this.heapLength = 0;
    for (let at = 0; at < count; at++) {
      tokens[at] = seeds[from + at] as number;
      previous[at] = at - 1;
      next[at] = at + 1;
    }
    for (let at = 0; at + 1 < count; at++) this.pushPair(merges, at, at + 1);

    while (this.heapLength > 0) {
      const top = this.pop();
      const rank = Math.floor(top / positions);
      const at = top - rank * positions;
      const right = next[at] as number;
      // A symbol merged into another one has no next symbol any more, nor has the last one.
      if (right >= count) continue;
      const entry = merges.find(tokens[at] as number, tokens[right] as number);
      if (entry < 0 || entries[entry + 2] !== rank) continue;
      tokens[at] = entries[entry + 3] as number;
      const after = next[right] as number;
      next[at] = after;
      next[right] = count;
      if (after < count) {
        previous[after] = at;
        this.pushPair(merges, at, after);
      }
      const before = previous[at] as number;
      if (before >= 0) this.pushPair(merges, before, at);
    }

    let left = 0;
    for (let at = 0; at < count;) {
      const following = next[at] as number;
      tokens[left] = tokens[at] as number;
      starts[left++] = from + at;
      at = following;
    }
    starts[left] = end;
    return left;
  }

  private reserve(count: number): void {
    if (count <= this.tokens.length) return;
    const capacity = Math.max(count, 256);
    this.tokens = new Int32Array(capacity);
    this.starts = new Int32Array(capacity + 1);
    this.previous = new Int32Array(capacity);
    this.next = new Int32Array(capacity);
    // Every symbol adds a pair at the start, every merge takes one out and adds two at most.
    this.heap = new Float64Array(capacity * 2);
  }

  private pushPair(merges: MergeTable, left: number, right: number): void {
    const entry = merges.find(this.tokens[left] as number, this.tokens[right] as number);
    if (entry < 0) return;
    const { heap } = this;
    const value = (merges.entries[entry + 2] as number) * positions + left;
    let at = this.heapLength++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (above <= value) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = value;
  }

  private pop(): number {
    const { heap } = this;
    const top = heap[0] as number;
    const length = --this.heapLength;
    const value = heap[length] as number;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      const below = heap[child] as number;
      if (below >= value) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = value;
    return top;
  }
}
