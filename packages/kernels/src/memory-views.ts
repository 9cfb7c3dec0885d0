/** A memory seen as numbers of each kind. Addresses are bytes: element i of `float32` lies at address 4 * i. */
export class MemoryViews {
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float32: Float32Array;

  constructor(readonly buffer: ArrayBufferLike) {
    this.int8 = new Int8Array(buffer);
    this.uint8 = new Uint8Array(buffer);
    this.int16 = new Int16Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.uint32 = new Uint32Array(buffer);
    this.float32 = new Float32Array(buffer);
  }
}
