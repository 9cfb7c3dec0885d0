import type { TokenIdBuffer } from "../token-id-buffer.js";
import { buildDoubleArray, type DoubleArray } from "./double-array.js";

/** SentencePiece's `kUnkPenalty`: what an unknown character costs below the worst piece. */
const unknownPenalty = 10;
/** Of a node that is an unknown character; the unknown token may also be spelled out. */
const unknownCharacter = -1;

/**
 * Finds the pieces with the greatest sum of scores (Viterbi) as the Rust library's `encode_optimized` does
 * (tokenizers/src/models/unigram/model.rs): sums in double precision from the left, of equal ones the first stays,
 * neighbouring unknown characters are one token.
 */
export class UnigramModel {
  /** After `segment`: the ids are `ids[first, ids.length)`. */
  ids = new Int32Array(0);
  private readonly trie: DoubleArray;
  private readonly scores: Float64Array;
  private readonly unknownScore: number;
  private codes = new Uint32Array(0);
  /** Score of the best way to the place before each unit, where its last piece starts, and which it is. */
  private best = new Float64Array(0);
  private starts = new Int32Array(0);
  private pieces = new Int32Array(0);

  constructor(
    vocabulary: readonly (readonly [piece: string, score: number])[],
    private readonly unknownId: number,
    /** Ids of the 256 bytes, for unknown characters; -1 where the vocabulary lacks one. */
    private readonly byteIds: Int32Array | undefined,
  ) {
    const keys = new Array<string>(vocabulary.length);
    this.scores = new Float64Array(vocabulary.length);
    let least = Infinity;
    for (let id = 0; id < vocabulary.length; id++) {
      const [piece, score] = vocabulary[id] as readonly [string, number];
      keys[id] = piece;
      this.scores[id] = score;
      if (score < least) least = score;
    }
    this.trie = buildDoubleArray(keys);
    this.unknownScore = least - unknownPenalty;
    this.reserve(256);
  }

  /** Segments the well-formed text `units[start, end)`. Returns where the ids begin in `ids`. */
  segment(units: Uint16Array, start: number, end: number): number {
    const length = end - start;
    if (length >= this.best.length) this.reserve(length);
    const { codes, best, starts, pieces, scores, unknownScore } = this;
    const { links, values, codes: codeOf } = this.trie;
    for (let index = 0; index < length; index++) {
      codes[index] = codeOf[units[start + index] as number] as number;
      best[index + 1] = -Infinity;
    }
    best[0] = 0;
    for (let from = 0; from < length;) {
      const isPair = ((units[start + from] as number) & 0xfc00) === 0xd800;
      const next = from + (isPair ? 2 : 1);
      const score = best[from] as number;
      let state = 0;
      let characterIsPiece = false;
      for (let to = from; to < length;) {
        const child = ((links[state] as number) & ~1) + (codes[to] as number);
        if ((links[child + 1] as number) !== state) break;
        state = child;
        to++;
        if (((links[state] as number) & 1) === 0) continue;
        const piece = values[state >> 1] as number;
        const total = (scores[piece] as number) + score;
        if (total > (best[to] as number)) {
          best[to] = total;
          starts[to] = from;
          pieces[to] = piece;
        }
        if (to === next) characterIsPiece = true;
      }
      if (!characterIsPiece) {
        const total = unknownScore + score;
        if (total > (best[next] as number)) {
          best[next] = total;
          starts[next] = from;
          pieces[next] = unknownCharacter;
        }
      }
      from = next;
    }
    return this.readPath(units, start, length);
  }

  private readPath(units: Uint16Array, start: number, length: number): number {
    const { starts, pieces, unknownId } = this;
    let first = this.ids.length;
    for (let end = length; end > 0;) {
      const piece = pieces[end] as number;
      let from = starts[end] as number;
      if (piece !== unknownCharacter && piece !== unknownId) {
        this.ids[--first] = piece;
        end = from;
        continue;
      }
      let alone = true;
      while (from > 0 && (pieces[from] === unknownCharacter || pieces[from] === unknownId)) {
        from = starts[from] as number;
        alone = false;
      }
      // The unknown token spelled out, alone, is a piece like any other.
      if (this.byteIds === undefined || (alone && piece === unknownId)) this.ids[--first] = unknownId;
      else first = this.putBytes(units.subarray(start + from, start + end), this.byteIds, first);
      end = from;
    }
    return first;
  }

  private putBytes(units: Uint16Array, byteIds: Int32Array, first: number): number {
    let text = "";
    for (const unit of units) text += String.fromCharCode(unit);
    const bytes = new TextEncoder().encode(text);
    if (bytes.some((byte) => (byteIds[byte] as number) < 0)) {
      this.ids[--first] = this.unknownId;
      return first;
    }
    for (let index = bytes.length; index-- > 0;)
      this.ids[--first] = byteIds[bytes[index] as number] as number;
    return first;
  }

  private reserve(length: number): void {
    const capacity = 2 * length + 1;
    this.codes = new Uint32Array(capacity);
    this.best = new Float64Array(capacity);
    this.starts = new Int32Array(capacity);
    this.pieces = new Int32Array(capacity);
    // A UTF-16 unit is at most three bytes.
    this.ids = new Int32Array(3 * capacity);
  }

  /** Appends the ids that `segment` found. */
  write(first: number, into: TokenIdBuffer): void {
    const { ids } = this;
    for (let index = first; index < ids.length; index++) into.push(ids[index] as number);
  }
}
