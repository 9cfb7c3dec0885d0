import {
  cursor,
  endOfText,
  firstMarker,
  ids,
  leftOut,
  markers,
  singleIds,
  singleUnit,
  spaceUnit,
} from "../src/fast/wasm/layout";
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

/** A bit for each of eight units that is a marker. */
export function markersIn(units: v128): i32 {
  return i16x8.bitmask(
    i16x8.lt_u(i16x8.sub(units, i16x8.splat(<i16>firstMarker)), i16x8.splat(<i16>markers)),
  );
}

/** Ones in the first units. */
export function firstUnits(count: usize): v128 {
  return i16x8.lt_u(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>count));
}
