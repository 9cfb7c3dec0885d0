import {
  cursor,
  droppedPart,
  firstDirective,
  ids,
  leftOutParts,
  partEnd,
  parts,
} from "../src/fast/wasm/layout";
import { findParts } from "./bpe-parts";
import { encodePart, encodePlaced } from "./bpe-symbols";
import { normalizeTexts } from "./normalize";
import { beginRow, endRow } from "./rows";
import { firstUnits } from "./scan-words";
import { encodeLong, encodeShort } from "./word-cache";

/** Normalizes, and divides into pieces and parts. */
export function normalize(rows: usize): usize {
  const end = normalizeTexts(rows);
  if (end !== 0) findParts(end);
  store<u32>(cursor, parts);
  return end;
}

/** As scanWords, part by part. */
export function scan(row: usize, rows: usize, limit: u32): usize {
  let part = <usize>load<u32>(cursor);
  let to: usize = ids;
  for (; row < rows; row++) {
    let place = <usize>load<u32>(part);
    part += 4;
    if (place === leftOutParts) break;
    to = beginRow(to);
    const contentStart = to;
    for (;;) {
      const entry = load<u32>(part);
      part += 4;
      if (entry === 0) break;
      const end = <usize>(entry & partEnd);
      const flags = entry & ~partEnd;
      const idsEnd = flags === 0 ? encode(place, end, to) : encodeFlagged(place, end, to, flags);
      if (idsEnd === 0) {
        while (load<u32>(part) !== 0) part += 4;
        store<u32>(cursor, <u32>part + 4);
        return row;
      }
      to = idsEnd;
      place = end;
    }
    to = endRow(row, contentStart, to, limit);
  }
  store<u32>(cursor, <u32>part);
  return row;
}

function encode(start: usize, end: usize, to: usize): usize {
  const units = v128.load(start);
  const length = (end - start) >> 1;
  if (length <= 8) return encodeShort(v128.and(units, firstUnits(length)), start, end, to, encodePart);
  if (length > 16) return encodePart(start, end, to);
  const rest = v128.and(v128.load(start, 16), firstUnits(length - 8));
  return encodeLong(units, rest, start, end, to, encodePart);
}

let flagsAtHand: u32 = 0;

/** A unit that no text has, after the part, tells apart in the cache what is spelled alike. */
function encodeFlagged(start: usize, end: usize, to: usize, flags: u32): usize {
  if (flags === droppedPart) return to;
  const length = (end - start) >> 1;
  if (length > 7) return encodePlaced(start, end, to, flags);
  flagsAtHand = flags;
  const mark = i16x8.splat(<i16>(firstDirective + (flags >> 28)));
  const beyond = v128.and(mark, v128.andnot(firstUnits(length + 1), firstUnits(length)));
  const word = v128.or(v128.and(v128.load(start), firstUnits(length)), beyond);
  return encodeShort(word, start, end, to, encodeFlaggedPart);
}

function encodeFlaggedPart(start: usize, end: usize, to: usize): usize {
  return encodePlaced(start, end, to, flagsAtHand);
}
