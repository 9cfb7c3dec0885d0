import type { BpeModel, UnknownSymbols } from "./read-bpe-model.js";
import type { SymbolMerger } from "./symbol-merger.js";

const UNKNOWN = -1;

/** Writes the characters of a piece as symbols of the vocabulary. */
export class CharacterSymbols {
  /** By UTF-16 unit; -1 where the vocabulary has none. */
  readonly ids = new Int32Array(0x10000).fill(UNKNOWN);
  /** By code point. */
  readonly supplementaryIds = new Map<number, number>();
  private readonly byteTokens: Int32Array | undefined;
  private readonly unknown: UnknownSymbols;
  private readonly space: number;

  /** `space` is the character that the vocabulary writes for a space. */
  constructor({ vocabulary, byteTokens, unknown }: BpeModel, space: string) {
    this.byteTokens = byteTokens;
    this.unknown = unknown;
    this.space = space.charCodeAt(0);
    for (const [token, id] of vocabulary) {
      const codePoint = token.codePointAt(0);
      if (codePoint === undefined || token.length !== (codePoint > 0xffff ? 2 : 1)) continue;
      if (codePoint > 0xffff) this.supplementaryIds.set(codePoint, id);
      else this.ids[codePoint] = id;
    }
    this.ids[0x20] = this.ids[this.space] as number;
  }

  /** Is the character of this UTF-16 unit in the vocabulary, or spelled in bytes? Not if it is half a character. */
  isKnown(unit: number): boolean {
    return (unit & 0xf800) !== 0xd800 && (this.byteTokens !== undefined || this.ids[unit] !== UNKNOWN);
  }

  /** Can the token stand for characters other than those it is spelled with? */
  isSubstitute(id: number): boolean {
    return id === this.unknown.id || (this.byteTokens?.includes(id) ?? false);
  }

  /** Tokens of a part of the text, written to `merger.symbols` from 0. Returns their number. */
  tokenize(units: Uint16Array, start: number, end: number, merger: SymbolMerger): number {
    merger.reserve((end - start) * 3);
    const { ids, byteTokens, unknown } = this;
    const { symbols } = merger;
    let count = 0;
    let inUnknown = false;
    for (let at = start; at < end; at++) {
      const unit = units[at] as number;
      let codePoint = unit === 0x20 ? this.space : unit;
      let id = ids[unit] as number;
      if ((unit & 0xfc00) === 0xd800) {
        codePoint = ((unit - 0xd800) << 10) + ((units[++at] as number) - 0xdc00) + 0x10000;
        id = this.supplementaryIds.get(codePoint) ?? UNKNOWN;
      }
      if (id !== UNKNOWN) {
        symbols[count++] = id;
        inUnknown = false;
      } else if (byteTokens) {
        count = writeByteTokens(codePoint, byteTokens, symbols, count);
      } else if (unknown.id !== undefined) {
        if (!(unknown.fuse && inUnknown)) symbols[count++] = unknown.id;
        inUnknown = true;
      }
    }
    return merger.merge(0, count);
  }
}

function writeByteTokens(
  codePoint: number,
  byteTokens: Int32Array,
  symbols: Int32Array,
  count: number,
): number {
  if (codePoint < 0x80) {
    symbols[count++] = byteTokens[codePoint] as number;
    return count;
  }
  if (codePoint < 0x800) {
    symbols[count++] = byteTokens[0xc0 | (codePoint >> 6)] as number;
  } else {
    if (codePoint < 0x10000) {
      symbols[count++] = byteTokens[0xe0 | (codePoint >> 12)] as number;
    } else {
      symbols[count++] = byteTokens[0xf0 | (codePoint >> 18)] as number;
      symbols[count++] = byteTokens[0x80 | ((codePoint >> 12) & 63)] as number;
    }
    symbols[count++] = byteTokens[0x80 | ((codePoint >> 6) & 63)] as number;
  }
  symbols[count++] = byteTokens[0x80 | (codePoint & 63)] as number;
  return count;
}
