import type { TokenIdBuffer } from "../../token-id-buffer.js";
import type { Bridges } from "./bridges.js";
import { longestCachedPiece, PieceCache } from "./piece-cache.js";
import type { SymbolMerger } from "./symbol-merger.js";

/** Which part of a piece a cache entry is about, where that matters to its tokens. */
export const FIRST_PART = 1;
export const LAST_PART = 2;
export const WHOLE_PIECE = 4;

/** Tokens of a piece or a part of one, written to `merger.symbols` from 0; returns their number. */
export type TokenizePart = (
  units: Uint16Array,
  start: number,
  end: number,
  part: number,
  merger: SymbolMerger,
) => number;

export interface PieceEncoderOptions {
  merger: SymbolMerger;
  tokenizePart: TokenizePart;
  /** Undefined: pieces are never cut. */
  bridges: Bridges | undefined;
  /** Whether characters below U+0080 are cut apart, too. */
  cutsAscii: boolean;
  /** Do the tokens of a part depend on its place in the piece (affixes, `ignore_merges`)? */
  placeMatters: boolean;
  /** `ignore_merges`: the id of a piece that is a token as it stands, else -1. */
  findWhole: ((units: Uint16Array, start: number, end: number) => number) | undefined;
}

/** Encodes the pieces that a pre-tokenizer made of a text, most of them out of a cache. */
export class PieceEncoder {
  private readonly cache = new PieceCache();
  private readonly whole: number;

  constructor(private readonly options: PieceEncoderOptions) {
    this.whole = options.placeMatters ? FIRST_PART | LAST_PART | WHOLE_PIECE : 0;
  }

  /** Appends the ids of `units[start..end)`, one piece. */
  encode(units: Uint16Array, start: number, end: number, into: TokenIdBuffer): void {
    const { bridges, cutsAscii, findWhole } = this.options;
    if (bridges === undefined || !cutsAscii) {
      let hash = this.whole;
      let seen = 0;
      for (let at = start; at < end; at++) {
        const unit = units[at] as number;
        seen |= unit;
        hash = mix(hash, unit);
      }
      if (bridges === undefined || seen < 0x80) {
        this.encodePart(units, start, end, hash, this.whole, into);
        return;
      }
    }
    const id = findWhole === undefined ? -1 : findWhole(units, start, end);
    if (id >= 0) into.push(id);
    else this.encodeParts(units, start, end, bridges, into);
  }

  private encodeParts(
    units: Uint16Array,
    start: number,
    end: number,
    bridges: Bridges,
    into: TokenIdBuffer,
  ): void {
    const { placeMatters } = this.options;
    let part = placeMatters ? FIRST_PART : 0;
    let partStart = start;
    let previous = units[start] as number;
    let hash = mix(part, previous);
    for (let at = start + 1; at < end; at++) {
      const unit = units[at] as number;
      if (!bridges.canMerge(previous, unit)) {
        this.encodePart(units, partStart, at, hash, part, into);
        part = 0;
        partStart = at;
        hash = 0;
      }
      hash = mix(hash, unit);
      previous = unit;
    }
    if (placeMatters) part |= LAST_PART;
    this.encodePart(units, partStart, end, hash, part, into);
  }

  private encodePart(
    units: Uint16Array,
    start: number,
    end: number,
    hash: number,
    part: number,
    into: TokenIdBuffer,
  ): void {
    const { cache } = this;
    const slot = end - start <= longestCachedPiece ? cache.find(units, start, end, hash, part) : -1;
    if (slot < 0) {
      this.encodeUnknownPart(units, start, end, hash, part, into);
      return;
    }
    const count = (cache.slots[slot + 2] as number) >>> 16;
    const tokens = cache.slots[slot + 3] as number;
    if (count === 1) {
      into.push(tokens);
    } else {
      for (let token = tokens; token < tokens + count; token++) into.push(cache.tokens[token] as number);
    }
  }

  private encodeUnknownPart(
    units: Uint16Array,
    start: number,
    end: number,
    hash: number,
    part: number,
    into: TokenIdBuffer,
  ): void {
    const { merger, tokenizePart, findWhole } = this.options;
    let count: number;
    const whole = part & WHOLE_PIECE && findWhole !== undefined ? findWhole(units, start, end) : -1;
    if (whole >= 0) {
      merger.symbols[0] = whole;
      count = 1;
    } else {
      count = tokenizePart(units, start, end, part, merger);
    }
    const { symbols } = merger;
    if (end - start <= longestCachedPiece) this.cache.add(units, start, end, hash, part, symbols, 0, count);
    for (let token = 0; token < count; token++) into.push(symbols[token] as number);
  }
}

/** FNV-1a, a unit at a time. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}
