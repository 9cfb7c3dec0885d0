import { cursor, endOfText, ids, leftOut, singleIds, singleUnit, spaceUnit } from "../src/fast/wasm/layout";
import { beginRow, endRow } from "./rows";
import { encodeLong, encodeShort } from "./word-cache";

/** Ids of the word `[start, end)` of the normalized text, written to `to`. Returns where they end. */
type EncodeWord = (start: usize, end: usize, to: usize) => usize;

/**
 * Encodes rows from `row` on, out of the normalized text, into `ids`. Stops at a row that is left out, and returns its
 * number, or `rows`.
 */
export function scanWords(row: usize, rows: usize, limit: u32, encodeWord: EncodeWord): usize {
  let place = <usize>load<u32>(cursor);
  let to: usize = ids;
  for (; row < rows; row++) {
    if (load<u16>(place) === leftOut) {
      place += 2;
      break;
    }
    to = beginRow(to);
    const contentStart = to;
    for (;;) {
      const units = v128.load(place);
      const marks = markersIn(units);
      if (marks & 1) {
        const marker = load<u16>(place);
        place += 2;
        if (marker === singleUnit) {
          store<u32>(to, load<u32>(singleIds + ((<usize>load<u16>(place)) << 2)));
          to += 4;
          place += 2;
          continue;
        }
        if (marker === endOfText) break;
        continue;
      }
      const start = place;
      if (marks !== 0) {
        const length = <usize>ctz<i32>(marks);
        place += length << 1;
        to = encodeShort(v128.and(units, firstUnits(length)), start, place, to, encodeWord);
      } else {
        const right = v128.load(place, 16);
        const rightMarks = markersIn(right);
        if (rightMarks !== 0) {
          const length = <usize>ctz<i32>(rightMarks);
          place += 16 + (length << 1);
          to = encodeLong(units, v128.and(right, firstUnits(length)), start, place, to, encodeWord);
        } else {
          do place += 16;
          while (markersIn(v128.load(place)) === 0);
          place += (<usize>ctz<i32>(markersIn(v128.load(place)))) << 1;
          to = encodeWord(start, place, to);
        }
      }
      // A space between words is the rule.
      place += select<usize>(2, 0, load<u16>(place) === spaceUnit);
    }
    to = endRow(row, contentStart, to, limit);
  }
  store<u32>(cursor, <u32>place);
  return row;
}

/*
 * Constants in memory: V8 puts those in the code together anew, from several instructions, in each turn of a loop.
 * Markers are the 16 units from `firstMarker`, which are equal in their upper 12 bits.
 */
const markerMasks = memory.data<u16>([0xfff0, 0xfff0, 0xfff0, 0xfff0, 0xfff0, 0xfff0, 0xfff0, 0xfff0], 16);
const markerUnits = memory.data<u16>([0xfdd0, 0xfdd0, 0xfdd0, 0xfdd0, 0xfdd0, 0xfdd0, 0xfdd0, 0xfdd0], 16);
const onesAndZeros = memory.data<u16>(
  [0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0, 0, 0, 0, 0, 0, 0, 0],
  // Within one line of memory.
  32,
);

/** A bit for each of eight units that is a marker. */
export function markersIn(units: v128): i32 {
  return i16x8.bitmask(i16x8.eq(v128.and(units, v128.load(markerMasks)), v128.load(markerUnits)));
}

/** Ones in the first units; `count` is at most 8. */
export function firstUnits(count: usize): v128 {
  return v128.load(onesAndZeros + 16 - (count << 1));
}
