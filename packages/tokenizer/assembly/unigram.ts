import {
  bridgeBits,
  bridges,
  cursor,
  endOfText,
  everySpaceMarks,
  ids,
  leftOut,
  normalized,
  partStarts,
  spaceUnit,
} from "../src/fast/wasm/layout";
import { normalizeTexts } from "./normalize";
import { beginRow, endRow } from "./rows";
import { firstUnits, markersIn } from "./scan-words";
import { encodePart, encodeWord, notAlone } from "./unigram-search";
import { encodeLong, encodeShort } from "./word-cache";

/** Normalizes, and finds the parts that no piece of the vocabulary reaches beyond. */
export function normalize(rows: usize): usize {
  const end = normalizeTexts(rows);
  let starts: usize = partStarts;
  for (let place: usize = normalized; place < end; place += 16) {
    // A space begins a word, and markers are parts.
    let bits = markersIn(v128.load(place));
    for (let index: usize = 0; index < 8; index++) {
      const pair = load<u32>(place + (index << 1) - 2);
      const hash = (pair * 0x9e3779b1) >> (32 - bridgeBits);
      const bridged = load<u8>(bridges + ((<usize>hash) >> 3)) >> (<u8>(hash & 7));
      bits |= (<i32>(~bridged & 1)) << (<i32>index);
    }
    store<u8>(starts++, <u8>bits);
  }
  return end;
}

/** As scanWords, part by part. Parts that are not alone responsible for their pieces go back to their whole word. */
export function scan(row: usize, rows: usize, limit: u32): usize {
  let place = <usize>load<u32>(cursor);
  let to: usize = ids;
  const everySpace = load<u32>(everySpaceMarks) !== 0;
  for (; row < rows; row++) {
    if (load<u16>(place) === leftOut) {
      place += 2;
      break;
    }
    to = beginRow(to);
    const contentStart = to;
    let wordStart = place;
    let idsOfWord = to;
    const second = load<u16>(place, 2);
    if (second === spaceUnit || second === endOfText) place += 2;
    let isOurs = true;
    for (;;) {
      const units = v128.load(place);
      const unit = i16x8.extract_lane_u(units, 0);
      if (unit === spaceUnit) {
        wordStart = place;
        idsOfWord = to;
        const next = i16x8.extract_lane_u(units, 1);
        if ((next === spaceUnit || next === endOfText) && !everySpace) {
          place += 2;
          continue;
        }
      } else if (unit === endOfText) break;
      const index = (place - normalized) >> 1;
      const following = load<u32>(partStarts + (index >> 3)) >> (<u32>(index & 7) + 1);
      const length = <usize>ctz<u32>(following | 0x10000) + 1;
      const end = place + (length << 1);
      if (length <= 16) {
        let idsEnd: usize;
        if (length <= 8) {
          idsEnd = encodeShort(v128.and(units, firstUnits(length)), place, end, to, encodePart);
        } else {
          const rest = v128.and(v128.load(place, 16), firstUnits(length - 8));
          idsEnd = encodeLong(units, rest, place, end, to, encodePart);
        }
        if (idsEnd !== notAlone) {
          to = idsEnd;
          place = end;
          continue;
        }
      }
      place = wordStart + 2;
      while (!markersIn(v128.load(place))) place += 16;
      place += (<usize>ctz<i32>(markersIn(v128.load(place)))) << 1;
      const idsEnd = encodeWord(wordStart, place, idsOfWord);
      isOurs = idsEnd !== 0;
      if (!isOurs) break;
      to = idsEnd;
    }
    if (!isOurs) {
      while (load<u16>(place) !== endOfText) place += 2;
      place += 2;
      break;
    }
    place += 2;
    to = endRow(row, contentStart, to, limit);
  }
  store<u32>(cursor, <u32>place);
  return row;
}
