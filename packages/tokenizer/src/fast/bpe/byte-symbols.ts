import { byteCharacters } from "./byte-alphabet.js";
import type { BpeModel, UnknownSymbols } from "./read-bpe-model.js";
import type { SymbolMerger } from "./symbol-merger.js";

const UNKNOWN = -1;

/** Writes the UTF-8 bytes of a piece as symbols of a byte-level vocabulary. */
export class ByteSymbols {
  /** Ids of the 256 bytes: in the middle of a piece, as its first, its last, its only byte. */
  readonly ids = new Int32Array(4 * 256);
  private readonly unknown: UnknownSymbols;
  private bytes = new Uint8Array(256);

  constructor({ vocabulary, continuingPrefix, endSuffix, unknown }: BpeModel) {
    this.unknown = unknown;
    this.ids.forEach((_, index) => {
      const prefix = index & FIRST ? "" : continuingPrefix;
      const suffix = index & LAST ? endSuffix : "";
      this.ids[index] = vocabulary.get(prefix + byteCharacters[index & 255] + suffix) ?? UNKNOWN;
    });
  }

  /**
   * Tokens of one piece, or of a part of one (`first`, `last`: does it hold the first, the last byte of the piece?),
   * written to `merger.symbols` from 0. Returns their number.
   */
  tokenize(
    units: Uint16Array,
    start: number,
    end: number,
    first: boolean,
    last: boolean,
    merger: SymbolMerger,
  ): number {
    const count = this.toBytes(units, start, end);
    merger.reserve(count);
    return this.tokenizeBytes(0, count, first, last, merger, 0);
  }

  /** The same for a piece that is further divided as Falcon does (see `endOfDigits`). */
  tokenizeDigitsApart(units: Uint16Array, start: number, end: number, merger: SymbolMerger): number {
    const count = this.toBytes(units, start, end);
    merger.reserve(count);
    const { bytes } = this;
    let tokens = 0;
    for (let at = 0; at < count;) {
      const next = isDigit(bytes[at] as number) ? endOfDigits(bytes, at, count) : endOfText(bytes, at, count);
      tokens = this.tokenizeBytes(at, next, true, true, merger, tokens);
      at = next;
    }
    return tokens;
  }

  /** Is every byte of this UTF-16 unit in the vocabulary, wherever it stands in a piece? Not if it is half a character. */
  isKnown(unit: number): boolean {
    if ((unit & 0xf800) === 0xd800) return false;
    const count = this.toBytes(Uint16Array.of(unit), 0, 1);
    return this.bytes
      .subarray(0, count)
      .every((byte) => [0, FIRST, LAST, FIRST | LAST].every((place) => this.ids[place | byte] !== UNKNOWN));
  }

  /** The piece as the vocabulary spells it. */
  spell(units: Uint16Array, start: number, end: number): string {
    const count = this.toBytes(units, start, end);
    let spelled = "";
    for (let at = 0; at < count; at++) spelled += byteCharacters[this.bytes[at] as number] as string;
    return spelled;
  }

  /** UTF-8 of the units; valid until the next call. Returns the number of bytes. */
  private toBytes(units: Uint16Array, start: number, end: number): number {
    if (this.bytes.length < (end - start) * 3) this.bytes = new Uint8Array((end - start) * 3);
    const { bytes } = this;
    let count = 0;
    for (let at = start; at < end; at++) {
      let unit = units[at] as number;
      if (unit < 0x80) {
        bytes[count++] = unit;
      } else if (unit < 0x800) {
        bytes[count++] = 0xc0 | (unit >> 6);
        bytes[count++] = 0x80 | (unit & 63);
      } else {
        if ((unit & 0xfc00) === 0xd800) {
          unit = ((unit - 0xd800) << 10) + ((units[++at] as number) - 0xdc00) + 0x10000;
          bytes[count++] = 0xf0 | (unit >> 18);
          bytes[count++] = 0x80 | ((unit >> 12) & 63);
        } else {
          bytes[count++] = 0xe0 | (unit >> 12);
        }
        bytes[count++] = 0x80 | ((unit >> 6) & 63);
        bytes[count++] = 0x80 | (unit & 63);
      }
    }
    return count;
  }

  private tokenizeBytes(
    from: number,
    to: number,
    first: boolean,
    last: boolean,
    merger: SymbolMerger,
    tokens: number,
  ): number {
    const { bytes, ids, unknown } = this;
    const { symbols } = merger;
    let end = tokens;
    let inUnknown = false;
    for (let at = from; at < to; at++) {
      const place = (first && at === from ? FIRST : 0) | (last && at === to - 1 ? LAST : 0);
      const id = ids[place | (bytes[at] as number)] as number;
      if (id !== UNKNOWN) {
        symbols[end++] = id;
        inUnknown = false;
      } else if (unknown.id !== undefined) {
        if (!(unknown.fuse && inUnknown)) symbols[end++] = unknown.id;
        inUnknown = true;
      }
    }
    return merger.merge(tokens, end);
  }
}

const FIRST = 256;
const LAST = 512;

/**
 * Falcon looks for digits after the bytes were spelled as characters: the bytes that stand for ², ³, ¹, ¼, ½ and ¾
 * there are numbers, too, wherever they occur in UTF-8.
 */
function isDigit(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0xb2 ||
    byte === 0xb3 ||
    byte === 0xb9 ||
    (byte >= 0xbc && byte <= 0xbe)
  );
}

function endOfText(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && !isDigit(bytes[at] as number)) at++;
  return at;
}

/** A run of digits is divided at every `[0-9][0-9][0-9]`. */
function endOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let ascii = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at] as number); at++) {
    ascii = (bytes[at] as number) < 0x80 ? ascii + 1 : 0;
    if (ascii === 3) return at + 1 - 3 > start ? at + 1 - 3 : at + 1;
  }
  return at;
}
