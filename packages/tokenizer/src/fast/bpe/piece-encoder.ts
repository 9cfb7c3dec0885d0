import type { TokenIdBuffer } from "../../token-id-buffer.js";
import type { Bridges } from "./bridges.js";
import { longestCachedPiece, PieceCache } from "./piece-cache.js";
import { longestShortPiece, ShortPieceCache } from "./short-piece-cache.js";
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
  /** The text at hand, which the caller writes here. */
  units = new Uint16Array(0);
  private view = new DataView(this.units.buffer);
  private readonly shortPieces = new ShortPieceCache();
  private readonly pieces = new PieceCache();
  private readonly whole: number;

  constructor(private readonly options: PieceEncoderOptions) {
    this.whole = options.placeMatters ? FIRST_PART | LAST_PART | WHOLE_PIECE : 0;
    this.reserve(1024);
  }

  /** Makes room for a text of `count` units. */
  reserve(count: number): void {
    // A short piece is read as if it had its greatest length.
    if (count + longestShortPiece <= this.units.length) return;
    this.units = new Uint16Array(count * 2 + longestShortPiece);
    this.view = new DataView(this.units.buffer);
  }

  /** Appends the ids of `units[start..end)`, one piece. */
  encode(start: number, end: number, into: TokenIdBuffer): void {
    const { bridges, cutsAscii, findWhole } = this.options;
    if (bridges === undefined || (!cutsAscii && isAscii(this.units, start, end))) {
      this.encodePart(start, end, this.whole, into);
      return;
    }
    const id = findWhole === undefined ? -1 : findWhole(this.units, start, end);
    if (id >= 0) into.push(id);
    else this.encodeParts(start, end, bridges, into);
  }

  private encodeParts(start: number, end: number, bridges: Bridges, into: TokenIdBuffer): void {
    const { placeMatters } = this.options;
    const { units } = this;
    let part = placeMatters ? FIRST_PART : 0;
    let partStart = start;
    let previous = units[start] as number;
    for (let at = start + 1; at < end; at++) {
      const unit = units[at] as number;
      if (!bridges.canMerge(previous, unit)) {
        this.encodePart(partStart, at, part, into);
        part = 0;
        partStart = at;
      }
      previous = unit;
    }
    if (placeMatters) part |= LAST_PART;
    this.encodePart(partStart, end, part, into);
  }

  private encodePart(start: number, end: number, part: number, into: TokenIdBuffer): void {
    if (end - start <= longestShortPiece) this.encodeShortPart(start, end, part, into);
    else this.encodeLongPart(start, end, part, into);
  }

  private encodeShortPart(start: number, end: number, part: number, into: TokenIdBuffer): void {
    const { view, shortPieces } = this;
    const { slots } = shortPieces;
    const length = end - start;
    const at = start * 2;
    const a = view.getInt32(at, true) & (firstMask[length] as number);
    const b = view.getInt32(at + 4, true) & (secondMask[length] as number);
    const c = view.getInt32(at + 8, true) & (thirdMask[length] as number);
    const d = view.getInt32(at + 12, true) & (fourthMask[length] as number);
    const description = length | (part << 8);
    const slot = shortPieces.find(description, a, b, c, d);
    if (slot < 0) {
      const count = this.tokenize(start, end, part);
      const tokens = this.options.merger.symbols;
      shortPieces.add(description, a, b, c, d, tokens, count);
      for (let token = 0; token < count; token++) into.push(tokens[token] as number);
      return;
    }
    const count = (slots[slot] as number) >>> 16;
    for (let token = slot + 5; token < slot + 5 + count; token++) into.push(slots[token] as number);
  }

  private encodeLongPart(start: number, end: number, part: number, into: TokenIdBuffer): void {
    const { units, pieces } = this;
    const isCached = end - start <= longestCachedPiece;
    let hash = part;
    let slot = -1;
    if (isCached) {
      for (let at = start; at < end; at++) hash = mix(hash, units[at] as number);
      slot = pieces.find(units, start, end, hash, part);
    }
    if (slot < 0) {
      const count = this.tokenize(start, end, part);
      const tokens = this.options.merger.symbols;
      if (isCached) pieces.add(units, start, end, hash, part, tokens, 0, count);
      for (let token = 0; token < count; token++) into.push(tokens[token] as number);
      return;
    }
    const count = (pieces.slots[slot + 2] as number) >>> 16;
    const first = pieces.slots[slot + 3] as number;
    if (count === 1) into.push(first);
    else for (let token = first; token < first + count; token++) into.push(pieces.tokens[token] as number);
  }

  /** Tokens go to the merger's symbols, from 0; returns their number. */
  private tokenize(start: number, end: number, part: number): number {
    const { merger, tokenizePart, findWhole } = this.options;
    const whole = part & WHOLE_PIECE && findWhole !== undefined ? findWhole(this.units, start, end) : -1;
    if (whole < 0) return tokenizePart(this.units, start, end, part, merger);
    merger.symbols[0] = whole;
    return 1;
  }
}

/** What remains of two units, as one number, in a piece of that length. */
const firstMask = Int32Array.of(0, 0xffff, -1, -1, -1, -1, -1, -1, -1);
const secondMask = Int32Array.of(0, 0, 0, 0xffff, -1, -1, -1, -1, -1);
const thirdMask = Int32Array.of(0, 0, 0, 0, 0, 0xffff, -1, -1, -1);
const fourthMask = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0xffff, -1);

function isAscii(units: Uint16Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((units[at] as number) >= 0x80) return false;
  return true;
}

/** FNV-1a, a unit at a time. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}
