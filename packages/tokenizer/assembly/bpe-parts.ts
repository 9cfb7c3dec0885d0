import {
  canMerge,
  cutsAscii,
  droppedPart,
  endOfText,
  everySpaceMarks,
  exceptionBits,
  exceptions,
  hasExceptions,
  leftOut,
  leftOutParts,
  normalized,
  notFirstPart,
  notLastPart,
  parts,
  pieceRule,
  placeMatters,
  spaceUnit,
  startsWithSpace,
  unitColumn,
  units,
  wholeText,
} from "../src/fast/wasm/layout";
import { dropped, endOfPiece, notOurs } from "./bpe-pieces";
import { firstUnits } from "./scan-words";

/** Divides the normalized texts, up to `end`, into pieces, and those where no merge can join what stands on both sides. */
export function findParts(end: usize): void {
  let to: usize = parts;
  for (let place: usize = normalized; place < end;) {
    if (load<u16>(place) === leftOut) {
      store<u32>(to, leftOutParts);
      to += 4;
      place += 2;
      continue;
    }
    if (load<u32>(startsWithSpace) !== 0) {
      const second = load<u16>(place, 2);
      if (second === endOfText || (second === spaceUnit && load<u32>(everySpaceMarks) === 0)) place += 2;
    }
    const start = to;
    store<u32>(to, <u32>place);
    to += 4;
    const rule = load<u32>(pieceRule);
    while (load<u16>(place) !== endOfText) {
      const next = rule === wholeText ? endOfNormalized(place) : endOfPiece(rule, place);
      if (next === notOurs || isException(place, next)) {
        while (load<u16>(place) !== endOfText) place += 2;
        store<u32>(start, leftOutParts);
        to = start;
        break;
      }
      if (next & dropped) {
        store<u32>(to, (<u32>(next ^ dropped)) | droppedPart);
        to += 4;
        place = next ^ dropped;
        continue;
      }
      to = cut(place, next, to);
      place = next;
    }
    place += 2;
    if (to !== start) store<u32>(to, 0);
    to += 4;
  }
}

function endOfNormalized(place: usize): usize {
  let found: i32;
  while ((found = i16x8.bitmask(i16x8.eq(v128.load(place), i16x8.splat(<i16>endOfText)))) === 0) place += 16;
  return place + ((<usize>ctz<i32>(found)) << 1);
}

/** Writes where the parts of the piece `[start, end)` end. */
function cut(start: usize, end: usize, to: usize): usize {
  const first = to;
  const ascii = load<u32>(cutsAscii) === 0;
  if (!ascii || !isAscii(start + 2, end)) {
    const bits = <usize>load<u32>(canMerge);
    let previous: u32 = load<u16>(start);
    let row = load<u32>(units + ((<usize>previous) << 3));
    for (let place = start + 2; place < end; place += 2) {
      const unit: u32 = load<u16>(place);
      const entry = load<u64>(units + ((<usize>unit) << 3));
      const bit = row + ((<u32>(entry >> (unitColumn << 3))) & 0xffff);
      const merges =
        (load<u8>(bits + <usize>(bit >> 3)) >> ((<u8>bit) & 7)) | (<u8>(ascii && (previous | unit) < 0x80));
      store<u32>(to, <u32>place);
      to += (<usize>(~merges & 1)) << 2;
      previous = unit;
      row = <u32>entry;
    }
  }
  store<u32>(to, <u32>end);
  to += 4;
  if (load<u32>(placeMatters) !== 0 && to !== first + 4) markPlaces(first, to);
  return to;
}

function markPlaces(first: usize, end: usize): void {
  for (let part = first; part < end; part += 4) {
    let flags: u32 = 0;
    if (part !== first) flags |= notFirstPart;
    if (part + 4 !== end) flags |= notLastPart;
    store<u32>(part, load<u32>(part) | flags);
  }
}

function isAscii(start: usize, end: usize): bool {
  for (; end > start + 16; start += 16) {
    if (v128.any_true(v128.and(v128.load(start), i16x8.splat(-0x80)))) return false;
  }
  const rest = v128.and(v128.load(start), firstUnits((end - start) >> 1));
  return !v128.any_true(v128.and(rest, i16x8.splat(-0x80)));
}

/** May the piece be a token that merges do not lead to? Its first and last unit and its length say no most of the time. */
function isException(start: usize, end: usize): bool {
  if (load<u32>(hasExceptions) === 0 || (end & dropped) !== 0) return false;
  const edges = (<u32>load<u16>(start)) | ((<u32>load<u16>(end - 2)) << 16);
  const hash = ((edges ^ (((<u32>(end - start)) >> 1) * 0x85ebca6b)) * 0x9e3779b1) >> (32 - exceptionBits);
  return ((load<u8>(exceptions + <usize>(hash >> 3)) >> ((<u8>hash) & 7)) & 1) !== 0;
}
