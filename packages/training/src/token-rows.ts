/** The token ids of many texts: text i is `ids[starts[i] .. starts[i + 1])`. */
export interface TokenRows {
  ids: Uint32Array;
  /** One more than there are texts. */
  starts: Uint32Array;
}

/** A list of token rows that grows. */
export class TokenRowsBuilder {
  private ids: Uint32Array = new Uint32Array(1 << 16);
  private starts: Uint32Array = new Uint32Array(1 << 12);
  private rows = 0;

  append({ ids, starts }: TokenRows): void {
    const rows = starts.length - 1;
    const filled = this.starts[this.rows] as number;
    this.ids = withRoom(this.ids, filled + ids.length);
    this.starts = withRoom(this.starts, this.rows + rows + 1);
    this.ids.set(ids, filled);
    for (let row = 1; row <= rows; row++) this.starts[this.rows + row] = filled + (starts[row] as number);
    this.rows += rows;
  }

  finish(): TokenRows {
    return {
      ids: this.ids.slice(0, this.starts[this.rows]),
      starts: this.starts.slice(0, this.rows + 1),
    };
  }
}

function withRoom(array: Uint32Array, length: number): Uint32Array {
  if (length <= array.length) return array;
  const grown = new Uint32Array(Math.max(length, array.length * 2));
  grown.set(array);
  return grown;
}

/**
 * A 32-bit hash of each row's ids (FNV-1a over the ids), by which the sampler tells equal texts. Texts of equal ids are
 * the same to a static model; that two different ones collide in a batch of thousands is rare and costs one pair.
 */
export function hashRows({ ids, starts }: TokenRows): Uint32Array {
  const hashes = new Uint32Array(starts.length - 1);
  for (let row = 0; row < hashes.length; row++) {
    let hash = 0x811c9dc5;
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i++) {
      const id = ids[i] as number;
      hash = Math.imul(hash ^ (id & 0xffff), 0x01000193);
      hash = Math.imul(hash ^ (id >>> 16), 0x01000193);
    }
    hashes[row] = hash;
  }
  return hashes;
}
