import {
  best,
  cellIds,
  cells,
  codes,
  pieceEnds,
  pieceStarts,
  spaceUnit,
  unknownId,
  unknownInBytes,
  unknownScore,
  wordCodes,
} from "../src/fast/wasm/layout";
import { moveIds } from "./word-cache";

const unknownCharacter: u32 = 0xffffffff;

/** The pieces of a part may depend on what stands before it in its word. */
export const notAlone: usize = 0;

/**
 * Two ways to the same place whose scores differ by more than this stay in their order whatever is added to both. A
 * score is above -10,000 and a text has less than 2^17 pieces, so that sums stay below 2^31, and 16 additions round by
 * less than 16 * 2^-23 altogether.
 */
const distinct: f64 = 1e-5;

/**
 * Ids of a part of a word, which no piece reaches beyond, written to `to`. Returns where they end, or `notAlone`: by
 * rounding the scores of what stands before it could decide, or characters are unknown, which make one token with
 * unknown neighbours.
 */
export function encodePart(start: usize, end: usize, to: usize): usize {
  const isFirst = load<u16>(start) === spaceUnit;
  if (!search(start, end) && !isFirst) return notAlone;
  const idsEnd = readPath((end - start) >> 1, to, !isFirst || load<u32>(unknownInBytes) !== 0, true);
  return idsEnd;
}

/** Ids of a whole word from its space; 0 where that is not for WebAssembly. */
export function encodeWord(start: usize, end: usize, to: usize): usize {
  search(start, end);
  return readPath((end - start) >> 1, to, load<u32>(unknownInBytes) !== 0, false);
}

/** Twin of `UnigramModel.segment`, for units without surrogates. Returns whether the way is clear by a margin. */
function search(start: usize, end: usize): bool {
  const length = (end - start) >> 1;
  // Loads that nobody waits for: the first two cells of each place are then under way all at once.
  for (let index: usize = 0; index < length; index++) {
    const unit = <usize>load<u16>(start + (index << 1));
    const code = load<u32>(codes + (unit << 2));
    store<u32>(wordCodes + (index << 2), code);
    store<f64>(best + (index << 3), -Infinity, 8);
    load<u8>(cells + ((<usize>code) << 2));
  }
  for (let index: usize = 1; index < length; index++) {
    const base = load<u32>(cells + ((<usize>load<u32>(wordCodes + (index << 2) - 4)) << 2)) & ~1;
    load<u8>(cells + ((<usize>(base + load<u32>(wordCodes + (index << 2)))) << 2));
  }
  store<f64>(best, 0);
  const unknown = load<f64>(unknownScore);
  let isClear = true;
  for (let from: usize = 0; from < length; from++) {
    const score = load<f64>(best + (from << 3));
    let state = <usize>load<u32>(wordCodes + (from << 2));
    let next = from + 1;
    let characterIsPiece = false;
    while (state !== 0) {
      const base = load<u32>(cells + (state << 2));
      if (base & 1) {
        const total = load<f64>(cells + (state << 2), 8) + score;
        if (next === from + 1) characterIsPiece = true;
        const difference = total - load<f64>(best + (next << 3));
        isClear = isClear && abs(difference) > distinct;
        if (difference > 0) put(next, total, <u32>from, <u32>state);
      }
      if (next === length) break;
      const child = <usize>(base & ~1) + <usize>load<u32>(wordCodes + (next << 2));
      if (load<u32>(cells + (child << 2), 4) !== <u32>state) break;
      state = child;
      next++;
    }
    if (!characterIsPiece) {
      const total = unknown + score;
      const difference = total - load<f64>(best + (from << 3), 8);
      isClear = isClear && abs(difference) > distinct;
      if (difference > 0) put(from + 1, total, <u32>from, unknownCharacter);
    }
  }
  return isClear;
}

function put(place: usize, score: f64, from: u32, state: u32): void {
  store<f64>(best + (place << 3), score);
  store<u32>(pieceStarts + (place << 2), from);
  store<u32>(pieceEnds + (place << 2), state);
}

/** Returns where the ids end, or 0 where one is unknown and `refusesUnknown`. */
function readPath(length: usize, to: usize, refusesUnknown: bool, isPart: bool): usize {
  const unknown = load<u32>(unknownId);
  const idOfCell = <usize>load<u32>(cellIds);
  // Backwards, from the end of the room that the word may take; then forwards to its place.
  const last = to + (length << 2);
  let first = last;
  let wasUnknown = false;
  for (let end = length; end > 0;) {
    const state = load<u32>(pieceEnds + (end << 2));
    const id = state === unknownCharacter ? unknown : load<u32>(idOfCell + <usize>(state & ~3));
    const isUnknown = id === unknown;
    if (isUnknown && (refusesUnknown || (isPart && end === length))) return 0;
    // Neighbouring unknown characters are one token.
    if (!isUnknown || !wasUnknown) {
      first -= 4;
      store<u32>(first, id);
    }
    wasUnknown = isUnknown;
    end = <usize>load<u32>(pieceStarts + (end << 2));
  }
  moveIds(to, first, last - first);
  return to + (last - first);
}
