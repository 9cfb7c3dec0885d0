/** UTF-16 units that a slot has room for, and tokens. */
export const longestShortPiece = 8;
const mostTokens = 3;

const setBits = 15;

/**
 * Remembers the tokens of short pieces. A piece is compared, and hashed, as four numbers of two UTF-16 units each, the
 * units beyond its end being 0. Two pieces share a set, which is one cache line; the one met first makes room for a
 * third.
 */
export class ShortPieceCache {
  /** Eight numbers a slot: length | part << 8 | token count << 16 (0: empty), the piece, its tokens. */
  readonly slots = new Int32Array(16 * 2 ** setBits);

  /** Index of the piece's slot, -1 if it is not known. `description` is length | part << 8. */
  find(description: number, a: number, b: number, c: number, d: number): number {
    const { slots } = this;
    let at = setOf(a, b, c, d);
    if (
      slots[at + 1] === a &&
      slots[at + 2] === b &&
      slots[at + 3] === c &&
      slots[at + 4] === d &&
      ((slots[at] as number) & 0xffff) === description
    ) {
      return at;
    }
    at += 8;
    if (
      slots[at + 1] === a &&
      slots[at + 2] === b &&
      slots[at + 3] === c &&
      slots[at + 4] === d &&
      ((slots[at] as number) & 0xffff) === description
    ) {
      return at;
    }
    return -1;
  }

  /** Remembers a piece that `find` did not find and its `count` tokens, unless they are too many for a slot. */
  add(
    description: number,
    a: number,
    b: number,
    c: number,
    d: number,
    tokens: Int32Array,
    count: number,
  ): void {
    if (count > mostTokens) return;
    const { slots } = this;
    const at = setOf(a, b, c, d);
    slots.copyWithin(at + 8, at, at + 8);
    slots[at] = description | (count << 16);
    slots[at + 1] = a;
    slots[at + 2] = b;
    slots[at + 3] = c;
    slots[at + 4] = d;
    for (let token = 0; token < count; token++) slots[at + 5 + token] = tokens[token] as number;
  }
}

function setOf(a: number, b: number, c: number, d: number): number {
  const hash =
    Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  return (Math.imul(hash ^ (hash >>> 15), 0x165667b1) >>> (32 - setBits)) << 4;
}
