/** Token ids of unknown number, written one after the other. */
export class TokenIdBuffer {
  length = 0;
  private ids = new Uint32Array(256);

  push(id: number): void {
    if (this.length === this.ids.length) {
      const grown = new Uint32Array(this.ids.length * 2);
      grown.set(this.ids);
      this.ids = grown;
    }
    this.ids[this.length++] = id;
  }

  /** A copy that owns exactly the ids written so far. */
  toArray(): Uint32Array {
    return this.ids.slice(0, this.length);
  }
}
