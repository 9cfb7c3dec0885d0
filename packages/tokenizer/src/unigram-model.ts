import { PieceTrie } from "./piece-trie.js";
import { scoreInRust } from "./score-in-rust.js";

export interface UnigramFile {
  vocab: readonly (readonly [piece: string, score: number])[];
  unk_id?: number | null;
  byte_fallback?: unknown;
}

/** SentencePiece's `kUnkPenalty`: what an unknown character costs below the worst piece. */
const unknownPenalty = 10;

/**
 * Segments words into the pieces with the greatest sum of scores (Viterbi), as the Rust library's `encode_optimized`
 * (tokenizers/src/models/unigram/model.rs): of equal sums the first found wins, neighbouring unknown characters become
 * one token, and with `byte_fallback` an unknown token becomes its bytes.
 *
 * Returns pieces as they are written, unknown ones as they stand in the word; for each, `ends` gets where its text in the
 * word ends. The bytes of an unknown token have one text and end together.
 */
export function createUnigramModel({ vocab, unk_id: unknownId, byte_fallback: byteFallback }: UnigramFile) {
  const trie = new PieceTrie(vocab.map(([piece]) => piece));
  const scores = Float64Array.from(vocab, ([, score]) => scoreInRust(score));
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
  const byteTokens = byteFallback === true ? findByteTokens(vocab) : undefined;

  function segment(word: string, ends: number[] = []): string[] {
    const { length } = word;
    const bestScore = new Float64Array(length + 1);
    const bestStart = new Int32Array(length + 1).fill(-1);
    const bestPiece = new Int32Array(length + 1);

    function consider(start: number, end: number, piece: number, score: number): void {
      const total = (bestScore[start] as number) + score;
      if (bestStart[end] !== -1 && !(total > (bestScore[end] as number))) return;
      bestScore[end] = total;
      bestStart[end] = start;
      bestPiece[end] = piece;
    }

    for (let start = 0; start < length;) {
      const character = (word.codePointAt(start) as number) > 0xffff ? 2 : 1;
      let characterIsPiece = false;
      let node: number = PieceTrie.root;
      for (let end = start; end < length;) {
        node = trie.child(node, word.charCodeAt(end++));
        if (node === -1) break;
        const piece = trie.value(node);
        if (piece === -1) continue;
        consider(start, end, piece, scores[piece] as number);
        if (end - start === character) characterIsPiece = true;
      }
      if (!characterIsPiece) consider(start, start + character, unknown, unknownScore);
      start += character;
    }
    return readPath(word, bestStart, bestPiece, ends);
  }

  function readPath(word: string, bestStart: Int32Array, bestPiece: Int32Array, ends: number[]): string[] {
    const tokens: string[] = [];
    for (let end = word.length; end > 0;) {
      let start = bestStart[end] as number;
      if (isUnknown(bestPiece[end] as number)) {
        while (start > 0 && isUnknown(bestPiece[start] as number)) start = bestStart[start] as number;
        pushUnknown(word.slice(start, end), tokens);
      } else {
        tokens.push(word.slice(start, end));
      }
      while (ends.length < tokens.length) ends.push(end);
      end = start;
    }
    ends.reverse();
    return tokens.reverse();
  }

  const isUnknown = (piece: number) => piece === unknown || piece === unknownId;

  /** Backwards, as the path is read. */
  function pushUnknown(text: string, tokens: string[]): void {
    const bytes = byteTokens && new TextEncoder().encode(text);
    if (byteTokens === undefined || bytes?.some((byte) => byteTokens[byte] === undefined)) {
      tokens.push(text);
      return;
    }
    bytes?.reverse().forEach((byte) => tokens.push(byteTokens[byte] as string));
  }

  return segment;
}

const unknown = -1;

/** "<0x00>" to "<0xFF>", `undefined` where the vocabulary lacks one. */
function findByteTokens(vocab: UnigramFile["vocab"]): (string | undefined)[] {
  const pieces = new Set(vocab.map(([piece]) => piece));
  return Array.from({ length: 256 }, (_, byte) => {
    const token = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    return pieces.has(token) ? token : undefined;
  });
}
