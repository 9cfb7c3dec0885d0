/** Token ids of unknown number, written one after the other. */
export class TokenIdBuffer {
  length = 0;
  /** Replaced by a longer array when it is full. */
  ids = new Uint32Array(256);

  push(id: number): void {
    if (this.length === this.ids.length) this.reserve(1);
    this.ids[this.length++] = id;
  }

  append(ids: Uint32Array): void {
    this.reserve(ids.length);
    this.ids.set(ids, this.length);
    this.length += ids.length;
  }

  /** Makes room for `more` ids, which may then be written to `ids` directly. */
  reserve(more: number): void {
    if (this.length + more <= this.ids.length) return;
    const grown = new Uint32Array(Math.max(this.ids.length * 2, this.length + more));
    grown.set(this.ids);
    this.ids = grown;
  }

  /** The ids written so far. What is written later may show in them: a copy only where much room is left over. */
  toArray(): Uint32Array {
    const { ids, length } = this;
    return length > ids.length - (ids.length >> 3) ? ids.subarray(0, length) : ids.slice(0, length);
  }
}
