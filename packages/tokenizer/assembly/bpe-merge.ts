import {
  merges,
  mergeMask,
  nextSymbols,
  presentMerges,
  previousSymbols,
  symbolMerges,
  symbolRanks,
  symbols,
} from "../src/fast/wasm/layout";

/** Symbols that a merge is not possible with, beyond any other. */
const never: u32 = 0xffffffff;
const nowhere: u32 = 0xffffffff;

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
  for (let at: usize = 0; at + 1 < count; at++) rankPair(at, at + 1);
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
    store<u32>(symbols + (at << 2), load<u32>(symbolMerges + (at << 2)));
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

/** Twin of `MergeTable.find`: enters the merge of two neighbouring symbols, if there is one. */
function rankPair(at: usize, next: usize): void {
  const left = load<u32>(symbols + (at << 2));
  const right = load<u32>(symbols + (next << 2));
  const mixed = (left * 0x9e3779b1) ^ (right * 0x85ebca6b);
  const hash = ((mixed ^ (mixed >> 15)) * 0xc2b2ae35) ^ (mixed >> 16);
  let rank = never;
  if ((load<u32>(presentMerges + ((<usize>(hash >> 17)) << 2)) >> (hash >> 12)) & 1) {
    const table = <usize>load<u32>(merges);
    const mask = load<u32>(mergeMask);
    for (let entry = hash & mask; ; entry = (entry + 1) & mask) {
      const place = table + ((<usize>entry) << 4);
      const found = load<u32>(place);
      if (found === left && load<u32>(place, 4) === right) {
        rank = (load<u32>(place, 8) << 8) | (<u32>at);
        store<u32>(symbolMerges + (at << 2), load<u32>(place, 12));
        break;
      }
      if (found === never) break;
    }
  }
  store<u32>(symbolRanks + (at << 2), rank);
}
