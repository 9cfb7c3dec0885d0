import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MergeTable } from "./merge-table.js";
import { SymbolMerger } from "./symbol-merger.js";

/** [left, right, merged], in order of rank. */
type Merges = readonly (readonly [number, number, number])[];

/** The definition: merge the pair of lowest rank, of equal ones the leftmost, until there is none. */
function mergeSlowly(symbols: readonly number[], merges: Merges): number[] {
  const rankOf = new Map(merges.map(([left, right], rank) => [left * 1000 + right, rank]));
  const tokens = [...symbols];
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let index = 0; index + 1 < tokens.length; index++) {
      const rank = rankOf.get((tokens[index] as number) * 1000 + (tokens[index + 1] as number)) ?? Infinity;
      if (rank < best) [best, at] = [rank, index];
    }
    if (at < 0) return tokens;
    tokens.splice(at, 2, merges[best]?.[2] as number);
  }
}

function merge(symbols: readonly number[], merges: Merges): number[] {
  const table = new MergeTable(merges.length);
  merges.forEach(([left, right, merged], rank) => table.set(left, right, rank, merged));
  const merger = new SymbolMerger(table);
  merger.reserve(symbols.length);
  merger.symbols.set(symbols);
  return Array.from(merger.symbols.subarray(0, merger.merge(0, symbols.length)));
}

/** Symbols 0 to 2; every merge makes a new token of two older ones, in any order of ranks. */
const anyMerges = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 20 }).map((picks) => {
  const spelled = ["0", "1", "2"];
  const ranked: [rank: number, merge: readonly [number, number, number]][] = [];
  const pairs = new Set<string>();
  for (const [first, second, rank] of picks) {
    const left = first % spelled.length;
    const right = second % spelled.length;
    const text = `${spelled[left]}${spelled[right]}`;
    if (text.length > 12 || pairs.has(`${left},${right}`)) continue;
    pairs.add(`${left},${right}`);
    // As in a vocabulary, what is spelled alike is one token.
    let merged = spelled.indexOf(text);
    if (merged < 0) merged = spelled.push(text) - 1;
    ranked.push([rank, [left, right, merged]]);
  }
  return ranked.sort(([a], [b]) => a - b).map(([, made]) => made);
});

describe("SymbolMerger merges as defined", () => {
  it.each([
    ["few symbols", 0, 48, 1000],
    ["a heap", 49, 150, 100],
    ["windows", 1025, 1600, 8],
  ])("%s", (_name, minLength, maxLength, numRuns) => {
    fc.assert(
      fc.property(anyMerges, fc.array(fc.nat(2), { minLength, maxLength }), (merges, symbols) => {
        expect(merge(symbols, merges)).toEqual(mergeSlowly(symbols, merges));
      }),
      { numRuns, seed: 5 },
    );
  });

  it("a million equal symbols", () => {
    const merges: Merges = [
      [0, 0, 1],
      [1, 1, 2],
      [2, 0, 3],
    ];
    const tokens = merge(new Array<number>(1_000_003).fill(0), merges);
    // Pairs, pairs of pairs; the pair and the single symbol that are left at the end.
    expect(tokens.length).toBe(250_002);
    expect(tokens.slice(-3)).toEqual([2, 1, 0]);
  });

  it("widens a window until its tokens fit those before", () => {
    // One token of 4,096 symbols: no smaller window ends where a token does.
    const merges: [number, number, number][] = Array.from({ length: 12 }, (_, rank) => [
      rank,
      rank,
      rank + 1,
    ]);
    const symbols = new Array<number>(4096 * 3 + 1).fill(0);
    expect(merge(symbols, merges)).toEqual([12, 12, 12, 0]);
  });
});
