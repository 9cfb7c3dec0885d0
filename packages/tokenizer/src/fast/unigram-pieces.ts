import { scoreInRust } from "../score-in-rust.js";
import { buildDoubleArray, type DoubleArray } from "./double-array.js";

/** The pieces of a Unigram model, compiled: all that finding them takes, without their spelling. */
export interface UnigramPieces {
  /** Its values are ids. */
  trie: DoubleArray;
  /** By id. */
  scores: Float64Array;
  /** Ids of "<0x00>" to "<0xFF>" where the model falls back to bytes, -1 for those that the vocabulary lacks. */
  byteIds: Int32Array | undefined;
}

export function compilePieces(
  vocabulary: readonly (readonly [piece: string, score: number])[],
  byteFallback: boolean,
): UnigramPieces {
  return {
    trie: buildDoubleArray(vocabulary.map(([piece]) => piece)),
    scores: Float64Array.from(vocabulary, ([, score]) => scoreInRust(score)),
    byteIds: byteFallback ? findByteIds(vocabulary) : undefined,
  };
}

function findByteIds(vocabulary: readonly (readonly [string, number])[]): Int32Array {
  const ids = new Int32Array(256).fill(-1);
  vocabulary.forEach(([piece], id) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    if (byte !== undefined) ids[parseInt(byte, 16)] = id;
  });
  return ids;
}
