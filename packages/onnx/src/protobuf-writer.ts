const encoder = new TextEncoder();

/**
 * Writes the protobuf wire format (https://protobuf.dev/programming-guides/encoding/), as far as ONNX needs it.
 * A field without a value is simply not written.
 */
export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** An int32, int64 or enum: a varint; negative numbers take ten bytes, as two's complement of 64 bits. */
  integer(field: number, value: number | bigint | undefined): this {
    if (value === undefined) return this;
    this.varint(field * 8);
    if (typeof value === "number" && value >= 0) this.varint(value);
    else this.bigVarint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float32(field: number, value: number | undefined): this {
    if (value === undefined) return this;
    this.varint(field * 8 + 5);
    this.reserve(4);
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  string(field: number, value: string | undefined): this {
    return value === undefined ? this : this.raw(field, encoder.encode(value));
  }

  raw(field: number, value: Uint8Array | undefined): this {
    if (value === undefined) return this;
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  message(field: number, write: (message: ProtobufWriter) => void): this {
    const message = new ProtobufWriter();
    write(message);
    return this.raw(field, message.finish());
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = value;
    // Not a shift: those cut to 32 bits.
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  private bigVarint(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.bytes[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
