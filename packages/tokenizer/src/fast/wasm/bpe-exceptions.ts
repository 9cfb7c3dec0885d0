import { byteOfCharacter } from "../bpe/byte-alphabet.js";
import type { BpeSource } from "../bpe/create-bpe-encoder.js";
import { FIRST_PART, LAST_PART } from "../bpe/piece-encoder.js";
import * as layout from "./layout.js";

const space = 0x20;

/**
 * A model with `ignore_merges` takes a piece that is a token as it stands. Merges lead to that token anyway, or the
 * piece is an exception: this gives a bit for the hash of each.
 */
export function findExceptions({ model, pipeline, pieces }: BpeSource): Uint8Array {
  const bits = new Uint8Array(2 ** (layout.exceptionBits - 3));
  for (const [token, id] of model.vocabulary) {
    const piece =
      pipeline.spells === "bytes" ? textOfBytes(token) : token.replaceAll(pipeline.spells.space, " ");
    if (piece === undefined || piece === "") continue;
    const units = Uint16Array.from({ length: piece.length }, (_, index) => piece.charCodeAt(index));
    const { merger, tokenizePart } = pieces;
    const count = tokenizePart(units, 0, units.length, FIRST_PART | LAST_PART, merger);
    if (count === 1 && merger.symbols[0] === id) continue;
    const hash = hashPiece(units);
    bits[hash >> 3] = (bits[hash >> 3] as number) | (1 << (hash & 7));
  }
  return bits;
}

/** The text that a byte-level vocabulary spells like this; `undefined` where it is none. */
function textOfBytes(token: string): string | undefined {
  const bytes = Array.from(token, (character) => byteOfCharacter.get(character) ?? -1);
  if (bytes.includes(-1)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** Twin of the one in `assembly/bpe-parts.ts`. */
function hashPiece(units: Uint16Array): number {
  const unitAt = (index: number) => (units[index] === space ? layout.spaceUnit : (units[index] as number));
  const edges = unitAt(0) | (unitAt(units.length - 1) << 16);
  const mixed = Math.imul(edges ^ Math.imul(units.length, 0x85ebca6b), 0x9e3779b1);
  return mixed >>> (32 - layout.exceptionBits);
}
