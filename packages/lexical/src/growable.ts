/** Numbers in one array that grows to twice its length. */
export class Growable<Values extends Uint32Array | Int32Array | Uint16Array> {
  length = 0;

  constructor(public values: Values) {}

  push(value: number): void {
    this.reserve(this.length + 1);
    this.values[this.length++] = value;
  }

  /** Makes it so long, with zeros. */
  extend(length: number): void {
    this.reserve(length);
    this.length = Math.max(this.length, length);
  }

  clear(): void {
    this.length = 0;
  }

  private reserve(length: number): void {
    if (length <= this.values.length) return;
    const grown = new (this.values.constructor as new (length: number) => Values)(
      Math.max(length, 2 * this.values.length, 64),
    );
    grown.set(this.values.subarray(0, this.length));
    this.values = grown;
  }
}
