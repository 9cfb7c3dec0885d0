import type { CodePrecision } from "./precision.js";

/** Quantized vectors: `rows` codes of `bytesPerRow` bytes each, row-major. */
export interface Codes {
  readonly precision: CodePrecision;
  /** Int8Array for int8 and binary, Uint8Array for uint8 and ubinary; length `rows * bytesPerRow`. */
  readonly data: Int8Array | Uint8Array;
  readonly rows: number;
  readonly bytesPerRow: number;
  /** Components of the vectors before quantization; binary codes pad them with zero bits to whole bytes. */
  readonly dimensions: number;
}
