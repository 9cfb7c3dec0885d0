import { createFloatText, type FloatText, maxFloatTextBytes } from "@kokeshi/kernels/text";
import { maxIntegerTextBytes, writeByte, writeInteger } from "./integer-text.js";

/** UTF-8 text put together piece by piece in one growing buffer, which is used again and again. */
export class TextBuffer {
  private buffer = Buffer.alloc(64 * 1024);
  private length = 0;
  private floatText: FloatText | undefined;

  text(text: string): this {
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, "utf8");
    return this;
  }

  /** Numbers with one ASCII character between them: shortest decimals for float32, plain integers otherwise. */
  numbers(values: Float32Array | Int8Array | Uint8Array | Uint32Array, separator: "," | " " = ","): this {
    if (values instanceof Float32Array) this.floats(values, separator);
    else this.integers(values, separator.charCodeAt(0));
    return this;
  }

  private floats(values: Float32Array, separator: string): void {
    if (values.length === 0) return;
    this.reserve(values.length * (maxFloatTextBytes + 1));
    this.floatText ??= createFloatText();
    // Without the separator behind the last one.
    this.length = this.floatText.write(values, separator, this.buffer, this.length) - 1;
  }

  private integers(values: Int8Array | Uint8Array | Uint32Array, separator: number): void {
    this.reserve(values.length * (maxIntegerTextBytes + 1));
    const { buffer } = this;
    const write = values instanceof Uint32Array ? writeInteger : writeByte;
    let at = this.length;
    for (let index = 0; index < values.length; index++) {
      if (index > 0) buffer[at++] = separator;
      at = write(buffer, at, values[index] as number);
    }
    this.length = at;
  }

  /** What was written since the last time; valid until the next write. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    return bytes;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.length + bytes, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
