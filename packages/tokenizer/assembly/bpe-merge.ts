import {
  firstRanks,
  mergedIds,
  mergeMask,
  merges,
  nextSymbols,
  noByte,
  presentMerges,
  previousSymbols,
  symbolBits,
  symbolBytes,
  symbolRanks,
  symbols,
} from "../src/fast/wasm/layout";

/** Symbols that a merge is not possible with, beyond any other. */
const never: u32 = 0xffffffff;
const nowhere: u32 = 0xffffffff;
const noMerge = u64.MAX_VALUE;
const pairMask: u64 = 0xfffffffff;

/**
 * Merges the first `count` of `symbols`: always the pair of lowest rank, of equal ones the leftmost. Writes the tokens
 * to `to` and returns where they end.
 *
 * A rank has at most 21 bits, a place 8: of the two together the least is found, four pairs at a time. Nothing moves.
 */
export function mergeSymbols(count: usize, to: usize): usize {
  if (count === 1) {
    store<u32>(to, load<u32>(symbols));
    return to + 4;
  }
  for (let at: usize = 0; at < count; at++) {
    store<u32>(previousSymbols + (at << 2), <u32>at - 1);
    store<u32>(nextSymbols + (at << 2), <u32>at + 1);
  }
  store<u32>(nextSymbols + ((count - 1) << 2), nowhere);
  for (let at: usize = 0; at + 1 < count; at++) rankFirst(at);
  for (let at = count - 1; at < ((count + 3) & ~3); at++) store<u32>(symbolRanks + (at << 2), never);
  for (;;) {
    let least = v128.load(symbolRanks);
    for (let at: usize = 4; at < count; at += 4)
      least = i32x4.min_u(least, v128.load(symbolRanks + (at << 2)));
    least = i32x4.min_u(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
    const best: u32 = i32x4.extract_lane(i32x4.min_u(least, i32x4.shuffle(least, least, 1, 0, 3, 2)), 0);
    if (best === never) break;
    const at = <usize>(best & 0xff);
    const right = <usize>load<u32>(nextSymbols + (at << 2));
    const after = load<u32>(nextSymbols + (right << 2));
    store<u32>(symbols + (at << 2), load<u32>(<usize>load<u32>(mergedIds) + (((<usize>best) >> 8) << 2)));
    store<u32>(symbolRanks + (right << 2), never);
    store<u32>(nextSymbols + (at << 2), after);
    if (after !== nowhere) {
      store<u32>(previousSymbols + ((<usize>after) << 2), <u32>at);
      rankPair(at, <usize>after);
    } else store<u32>(symbolRanks + (at << 2), never);
    const before = load<u32>(previousSymbols + (at << 2));
    if (before !== nowhere) rankPair(<usize>before, at);
  }
  for (let at: u32 = 0; at !== nowhere; at = load<u32>(nextSymbols + ((<usize>at) << 2))) {
    store<u32>(to, load<u32>(symbols + ((<usize>at) << 2)));
    to += 4;
  }
  return to;
}

/** The same as `rankPair`, for symbols that nothing was merged to yet. */
function rankFirst(at: usize): void {
  const left = <usize>load<u8>(symbolBytes + at);
  const right = <usize>load<u8>(symbolBytes + at, 1);
  if (left === noByte || right === noByte) return rankPair(at, at + 1);
  const rank = load<u32>(firstRanks + (((left << 8) | right) << 2));
  store<u32>(symbolRanks + (at << 2), rank === never ? never : rank | (<u32>at));
}

/** Enters the merge of two neighbouring symbols, if there is one. A twin of `MergeTable.find`. */
function rankPair(at: usize, next: usize): void {
  const left = load<u32>(symbols + (at << 2));
  const right = load<u32>(symbols + (next << 2));
  const mixed = (left * 0x9e3779b1) ^ (right * 0x85ebca6b);
  const hash = ((mixed ^ (mixed >> 15)) * 0xc2b2ae35) ^ (mixed >> 16);
  let rank = never;
  if ((load<u32>(presentMerges + ((<usize>(hash >> 17)) << 2)) >> (hash >> 12)) & 1) {
    const table = <usize>load<u32>(merges);
    const mask = load<u32>(mergeMask);
    const pair = (<u64>left) | ((<u64>right) << symbolBits);
    for (let entry = hash & mask; ; entry = (entry + 1) & mask) {
      const found = load<u64>(table + ((<usize>entry) << 3));
      if ((found & pairMask) === pair) {
        rank = ((<u32>(found >> (2 * symbolBits))) << 8) | (<u32>at);
        break;
      }
      if (found === noMerge) break;
    }
  }
  store<u32>(symbolRanks + (at << 2), rank);
}
