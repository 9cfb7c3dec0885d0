/** Longer pieces are not worth remembering. */
export const longestCachedPiece = 64;

const slotCount = 1 << 16;
const mostPieces = slotCount / 2;
const keyCapacity = mostPieces * 14;
const tokenCapacity = mostPieces * 5;

/**
 * Remembers the tokens of longer pieces: a hash table in typed arrays, keyed by the UTF-16 units themselves. When it is full
 * it is emptied, so memory stays below 3 MB.
 */
export class PieceCache {
  /** Four numbers a slot: hash, where the key begins, length | variant << 8 | token count << 16, tokens. */
  readonly slots = new Int32Array(slotCount * 4);
  /** Tokens of the pieces that have more than one; a single token is in the slot itself. */
  readonly tokens = new Int32Array(tokenCapacity);
  private readonly keys = new Uint16Array(keyCapacity);
  private keysLength = 0;
  private tokensLength = 0;
  private pieces = 0;

  /**
   * Index in `slots` of the piece `units[start..end)`, -1 if it is not known. `variant` (below 256) tells apart pieces
   * that are spelled alike but become different tokens.
   */
  find(units: Uint16Array, start: number, end: number, hash: number, variant: number): number {
    const { slots, keys } = this;
    const wanted = (end - start) | (variant << 8);
    let at = slotOf(hash);
    for (;;) {
      const description = slots[at + 2] as number;
      if (description === 0) return -1;
      if (slots[at] === hash && (description & 0xffff) === wanted) {
        let key = slots[at + 1] as number;
        let unit = start;
        while (unit < end && keys[key] === units[unit]) {
          key++;
          unit++;
        }
        if (unit === end) return at;
      }
      at = (at + 4) & (slotCount * 4 - 1);
    }
  }

  /** Remembers a piece that `find` did not find; `from` to `to` are its tokens. */
  add(
    units: Uint16Array,
    start: number,
    end: number,
    hash: number,
    variant: number,
    tokens: Int32Array,
    from: number,
    to: number,
  ): void {
    const length = end - start;
    const count = to - from;
    if (
      this.pieces === mostPieces ||
      this.keysLength + length > keyCapacity ||
      this.tokensLength + count > tokenCapacity
    ) {
      this.slots.fill(0);
      this.pieces = this.keysLength = this.tokensLength = 0;
    }
    const { slots } = this;
    let at = slotOf(hash);
    while (slots[at + 2] !== 0) at = (at + 4) & (slotCount * 4 - 1);
    slots[at] = hash;
    slots[at + 1] = this.keysLength;
    slots[at + 2] = length | (variant << 8) | (count << 16);
    for (let unit = start; unit < end; unit++) this.keys[this.keysLength++] = units[unit] as number;
    if (count === 1) {
      slots[at + 3] = tokens[from] as number;
    } else {
      slots[at + 3] = this.tokensLength;
      for (let token = from; token < to; token++) this.tokens[this.tokensLength++] = tokens[token] as number;
    }
    this.pieces++;
  }
}

function slotOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) & (slotCount - 1)) << 2;
}
