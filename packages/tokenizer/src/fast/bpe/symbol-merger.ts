import type { MergeTable } from "./merge-table.js";
import { SymbolChain } from "./symbol-chain.js";

/** Up to this many symbols, looking for the best pair again after each merge is faster than a heap. */
const fewSymbols = 48;
/** Symbols that are merged at a time in longer words, which keeps the time linear. */
const windowLength = 1024;
const windowOverlap = 64;
/** The rank of a pair that does not merge. */
const NONE = 0x7fffffff;

/** Applies merges to the symbols of one word: always the pair of lowest rank, of equal ones the leftmost. */
export class SymbolMerger {
  /** The word at hand; `merge` leaves the tokens here. */
  symbols = new Int32Array(256);
  private readonly ranks = new Int32Array(fewSymbols);
  private readonly merged = new Int32Array(fewSymbols);
  private readonly window = new SymbolChain();

  constructor(private readonly merges: MergeTable) {}

  /** Makes room for `count` symbols. */
  reserve(count: number): void {
    if (count <= this.symbols.length) return;
    const grown = new Int32Array(2 ** Math.ceil(Math.log2(count)));
    grown.set(this.symbols);
    this.symbols = grown;
  }

  /** Merges symbols `from` to `end`, in place; returns where the tokens end. */
  merge(from: number, end: number): number {
    if (end - from < 2) return end;
    if (end - from <= fewSymbols) return this.mergeFew(from, end);
    return this.mergeMany(from, end);
  }

  private mergeFew(from: number, end: number): number {
    const { symbols, merges, ranks, merged } = this;
    const { entries } = merges;
    // The pair at index i consists of the symbols from + i and from + i + 1.
    let pairs = end - from - 1;
    for (let index = 0; index < pairs; index++) {
      const entry = merges.find(symbols[from + index] as number, symbols[from + index + 1] as number);
      ranks[index] = entry < 0 ? NONE : (entries[entry + 2] as number);
      merged[index] = entry < 0 ? NONE : (entries[entry + 3] as number);
    }
    while (pairs > 0) {
      let best = 0;
      let bestRank = ranks[0] as number;
      for (let index = 1; index < pairs; index++) {
        const rank = ranks[index] as number;
        if (rank < bestRank) {
          bestRank = rank;
          best = index;
        }
      }
      if (bestRank === NONE) break;
      const token = merged[best] as number;
      symbols[from + best] = token;
      pairs--;
      for (let index = best + 1; index <= pairs; index++) {
        symbols[from + index] = symbols[from + index + 1] as number;
        ranks[index - 1] = ranks[index] as number;
        merged[index - 1] = merged[index] as number;
      }
      if (best > 0) {
        const entry = merges.find(symbols[from + best - 1] as number, token);
        ranks[best - 1] = entry < 0 ? NONE : (entries[entry + 2] as number);
        merged[best - 1] = entry < 0 ? NONE : (entries[entry + 3] as number);
      }
      if (best < pairs) {
        const entry = merges.find(token, symbols[from + best + 1] as number);
        ranks[best] = entry < 0 ? NONE : (entries[entry + 2] as number);
        merged[best] = entry < 0 ? NONE : (entries[entry + 3] as number);
      }
    }
    return from + pairs + 1;
  }

  private mergeMany(from: number, end: number): number {
    const { symbols, window } = this;
    if (end - from > windowLength) return this.mergeInWindows(from, end);
    const count = window.merge(symbols, from, end, this.merges);
    symbols.set(window.tokens.subarray(0, count), from);
    return from + count;
  }

  /**
   * A sequence of tokens is what BPE makes of their text if and only if that holds for each two neighbours: merges
   * inside two neighbours happen in the same order whatever stands around them, until one crosses their border. So
   * the tokens of two overlapping windows can be joined at any token that both have.
   */
  private mergeInWindows(from: number, end: number): number {
    const { symbols, window } = this;
    const count = end - from;
    const seeds = symbols.slice(from, end);
    // The tokens so far are in `symbols`; where each begins in `seeds`, and where the last one ends, is here.
    const starts = new Int32Array(count + 1);
    let tokens = 0;
    let first = 0;
    let reach = windowOverlap;
    for (;;) {
      const covered = starts[tokens] as number;
      const windowStart = starts[first] as number;
      const windowEnd = Math.min(count, covered + windowLength);
      const found = window.merge(seeds, windowStart, windowEnd, this.merges);
      let kept = first;
      let joint = 0;
      // A window at the start of the word joins nothing.
      while (first > 0 && kept < tokens && joint < found) {
        const there = starts[kept] as number;
        const here = window.starts[joint] as number;
        if (
          here === there &&
          symbols[from + kept] === window.tokens[joint] &&
          starts[kept + 1] === window.starts[joint + 1]
        ) {
          break;
        }
        if (there <= here) kept++;
        if (here <= there) joint++;
      }
      if (first > 0 && (kept === tokens || joint === found)) {
        // No joint: begin further back, at the start of the word in the end.
        first = tokenAt(starts, tokens, windowStart - reach);
        reach *= 2;
        continue;
      }
      while (joint < found) {
        symbols[from + kept] = window.tokens[joint] as number;
        starts[kept++] = window.starts[joint++] as number;
      }
      tokens = kept;
      starts[tokens] = windowEnd;
      if (windowEnd === count) return from + tokens;
      first = tokenAt(starts, tokens, windowEnd - windowOverlap);
      reach = windowOverlap;
    }
  }
}

/** Index of the last of `tokens` ascending starts that is at most `position`, or 0. */
function tokenAt(starts: Int32Array, tokens: number, position: number): number {
  let low = 0;
  let high = tokens - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
