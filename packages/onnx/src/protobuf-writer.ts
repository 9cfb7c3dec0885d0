const encoder = new TextEncoder();

/** Content this long is kept by reference and copied once, at the end. */
const longContent = 4096;

/**
 * Writes the protobuf wire format (https://protobuf.dev/programming-guides/encoding/), as far as ONNX needs it.
 * A field without a value is simply not written.
 */
export class ProtobufWriter {
  private readonly pieces: Uint8Array[] = [];
  private piecesLength = 0;
  private bytes = new Uint8Array(64);
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
    return this.verbatim(value);
  }

  message(field: number, write: (message: ProtobufWriter) => void): this {
    const message = new ProtobufWriter();
    write(message);
    this.varint(field * 8 + 2);
    this.varint(message.size);
    for (const piece of message.chunks()) this.verbatim(piece);
    return this;
  }

  /** Whole fields, or the content of one, written elsewhere. */
  verbatim(value: Uint8Array | undefined): this {
    if (value === undefined) return this;
    if (value.length >= longContent) {
      this.seal();
      this.pieces.push(value);
      this.piecesLength += value.length;
      return this;
    }
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.piecesLength + this.length;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.size);
    let offset = 0;
    for (const piece of this.chunks()) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }

  private chunks(): readonly Uint8Array[] {
    this.seal();
    return this.pieces;
  }

  private seal(): void {
    if (this.length === 0) return;
    this.pieces.push(this.bytes.subarray(0, this.length));
    this.piecesLength += this.length;
    this.bytes = new Uint8Array(64);
    this.length = 0;
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
