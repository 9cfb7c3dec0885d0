import {
  byteIds,
  codes,
  digitsApart,
  firstByte,
  fusesUnknown,
  lastByte,
  longestPart,
  noByte,
  notFirstPart,
  notLastPart,
  partBytes,
  spaceUnit,
  spellsBytes,
  supplementaryIdBits,
  supplementaryIds,
  symbolBytes,
  symbols,
  unknownInBytes,
  unknownSymbol,
} from "../src/fast/wasm/layout";
import { mergeSymbols } from "./bpe-merge";

const none: u32 = 0xffffffff;

/** Of the symbols written last: their number, and whether the last one stands for unknown ones. */
let count: usize = 0;
let inUnknown: bool = false;

/** Tokens of the part `[start, end)`, written to `to`. Returns where they end, or 0 for a part that is too long. */
export function encodePart(start: usize, end: usize, to: usize): usize {
  return encodePlaced(start, end, to, 0);
}

/** The same for a part with flags for its place in its piece. */
export function encodePlaced(start: usize, end: usize, to: usize, flags: u32): usize {
  if (end - start > <usize>longestPart) return 0;
  count = 0;
  inUnknown = false;
  if (load<u32>(spellsBytes) === 0) {
    writeCharacters(start, end);
    return mergeWritten(to);
  }
  const bytes = toBytes(start, end);
  if (load<u32>(digitsApart) === 0) {
    writeBytes(partBytes, bytes, flags);
    return mergeWritten(to);
  }
  for (let at: usize = partBytes; at < bytes;) {
    const next = isDigit(load<u8>(at)) ? endOfDigits(at, bytes) : endOfOthers(at, bytes);
    count = 0;
    inUnknown = false;
    writeBytes(at, next, 0);
    to = mergeWritten(to);
    at = next;
  }
  return to;
}

function mergeWritten(to: usize): usize {
  return count === 0 ? to : mergeSymbols(count, to);
}

/** `byte` is the one that the symbol stands for by itself, or `noByte`. */
function writeSymbol(id: u32, byte: u32): void {
  if (id === none) {
    const unknown = load<u32>(unknownSymbol);
    const wasUnknown = inUnknown;
    inUnknown = true;
    if (unknown === none || (wasUnknown && load<u32>(fusesUnknown) !== 0)) return;
    id = unknown;
    byte = noByte;
  } else inUnknown = false;
  store<u32>(symbols + (count << 2), id);
  store<u8>(symbolBytes + count, <u8>byte);
  count++;
}

/** Twin of `ByteSymbols.tokenizeBytes`. */
function writeBytes(from: usize, end: usize, flags: u32): void {
  for (let at = from; at < end; at++) {
    const byte: usize = load<u8>(at);
    let placed = byte;
    if (at === from && (flags & notFirstPart) === 0) placed |= firstByte;
    if (at === end - 1 && (flags & notLastPart) === 0) placed |= lastByte;
    const id = load<u32>(byteIds + (placed << 2));
    writeSymbol(id, id === load<u32>(byteIds + (byte << 2)) ? <u32>byte : noByte);
  }
}

/** Twin of `CharacterSymbols.tokenize`. */
function writeCharacters(start: usize, end: usize): void {
  const inBytes = load<u32>(unknownInBytes) !== 0;
  for (let at = start; at < end;) {
    const unit: u32 = load<u16>(at);
    const next = at + ((unit & 0xfc00) === 0xd800 ? 4 : 2);
    const id = next - at === 4 ? idOfSupplementary(at) : load<u32>(codes + ((<usize>unit) << 2));
    if (id !== none || !inBytes) {
      writeSymbol(id, unit < 0x80 ? unit : unit === spaceUnit ? 0x20 : noByte);
    } else {
      const bytes = toBytes(at, next);
      for (let byte: usize = partBytes; byte < bytes; byte++) {
        writeSymbol(load<u32>(byteIds + ((<usize>load<u8>(byte)) << 2)), noByte);
      }
    }
    at = next;
  }
}

function codePointAt(at: usize): u32 {
  const unit: u32 = load<u16>(at);
  if (unit === spaceUnit) return 0x20;
  if ((unit & 0xfc00) !== 0xd800) return unit;
  return ((unit - 0xd800) << 10) + (<u32>load<u16>(at, 2) - 0xdc00) + 0x10000;
}

function idOfSupplementary(at: usize): u32 {
  const codePoint = codePointAt(at);
  const mask: u32 = (1 << supplementaryIdBits) - 1;
  let place: usize;
  let entry = codePoint;
  do place = supplementaryIds + ((<usize>(entry++ & mask)) << 3);
  while (load<u32>(place) !== codePoint && load<u32>(place) !== 0);
  return load<u32>(place) === 0 ? none : load<u32>(place, 4);
}

/** Writes UTF-8 of `[start, end)` to `partBytes`, and returns where it ends. */
function toBytes(start: usize, end: usize): usize {
  let to: usize = partBytes;
  for (let at = start; at < end; at += 2) {
    const point = codePointAt(at);
    if (point < 0x80) {
      store<u8>(to++, <u8>point);
      continue;
    }
    if (point < 0x800) store<u8>(to++, <u8>(0xc0 | (point >> 6)));
    else {
      if (point < 0x10000) store<u8>(to++, <u8>(0xe0 | (point >> 12)));
      else {
        store<u8>(to++, <u8>(0xf0 | (point >> 18)));
        store<u8>(to++, <u8>(0x80 | ((point >> 12) & 63)));
        at += 2;
      }
      store<u8>(to++, <u8>(0x80 | ((point >> 6) & 63)));
    }
    store<u8>(to++, <u8>(0x80 | (point & 63)));
  }
  return to;
}

/* Twins of the functions that divide pieces for Falcon, see `src/fast/bpe/byte-symbols.ts`. */

function isDigit(byte: u32): bool {
  return (
    byte - 0x30 < 10 || byte === 0xb2 || byte === 0xb3 || byte === 0xb9 || (byte >= 0xbc && byte <= 0xbe)
  );
}

function endOfOthers(at: usize, end: usize): usize {
  while (at < end && !isDigit(load<u8>(at))) at++;
  return at;
}

function endOfDigits(start: usize, end: usize): usize {
  let ascii = 0;
  let at = start;
  for (; at < end && isDigit(load<u8>(at)); at++) {
    ascii = load<u8>(at) < 0x80 ? ascii + 1 : 0;
    if (ascii === 3) return at - 2 > start ? at - 2 : at + 1;
  }
  return at;
}
