import { maxFloatTextBytes, writeFloat } from "./float-text.js";
import { maxIntegerTextBytes, writeInteger } from "./integer-text.js";

/** UTF-8 text put together piece by piece in one growing buffer, which is used again and again. */
export class TextBuffer {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  text(text: string): this {
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, "utf8");
    return this;
  }

  /** Numbers with one ASCII character between them: shortest decimals for float32, plain integers otherwise. */
  numbers(values: Float32Array | Int8Array | Uint8Array | Uint32Array, separator: "," | " " = ","): this {
    const isFloat = values instanceof Float32Array;
    this.reserve(values.length * ((isFloat ? maxFloatTextBytes : maxIntegerTextBytes) + 1));
    const write = isFloat ? writeFloat : writeInteger;
    const between = separator.charCodeAt(0);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < values.length; i++) {
      if (i > 0) buffer[at++] = between;
      at = write(buffer, at, values[i] as number);
    }
    this.length = at;
    return this;
  }

  /** What was written since the last time; valid until the next write. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    return bytes;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.length + bytes, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
