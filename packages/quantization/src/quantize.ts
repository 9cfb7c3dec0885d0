import type { Embeddings } from "@kokeshi/core";
import type { Calibration } from "./calibration.js";
import type { Codes } from "./codes.js";
import { convertCodes } from "./convert-codes.js";
import { requireFinite } from "./finite-components.js";
import { bytesPerRow, type CodePrecision, isScalarPrecision, type ScalarPrecision } from "./precision.js";
import { requireCalibration } from "./require-calibration.js";
import { stepsOf } from "./steps.js";

/**
 * Vectors to codes, byte for byte as `quantize_embeddings` of sentence-transformers computes them
 * (sentence_transformers/util/quantization.py of 6.0.1, which floors and clips):
 *
 * - uint8: clip(floor((x - minimum) / step), 0, 255) with step = (maximum - minimum) / 255, or 1 where that is 0;
 *   all in float32.
 * - int8: the uint8 code - 128.
 * - ubinary: a bit a component, 1 for x > 0, first component in the highest bit, padded with 0 to whole bytes.
 * - binary: the ubinary byte - 128 as int8 (an offset, not a reinterpretation).
 *
 * int8 and uint8 need a calibration. Throws InvalidArgumentError when it is missing or has other dimensions, and for
 * components that are NaN or infinite.
 */
export function quantize(embeddings: Embeddings, precision: ScalarPrecision, calibration: Calibration): Codes;
export function quantize(embeddings: Embeddings, precision: CodePrecision, calibration?: Calibration): Codes;
export function quantize(embeddings: Embeddings, precision: CodePrecision, calibration?: Calibration): Codes {
  requireFinite(embeddings);
  const { rows, dimensions } = embeddings;
  const scalar = isScalarPrecision(precision);
  const data = scalar
    ? scalarCodes(embeddings, requireCalibration(calibration, precision, dimensions))
    : signBits(embeddings);
  const unsigned: Codes = {
    precision: scalar ? "uint8" : "ubinary",
    data,
    rows,
    bytesPerRow: bytesPerRow(precision, dimensions),
    dimensions,
  };
  return convertCodes(unsigned, precision);
}

/** `rows` x `dimensions` codes from 0 to 255. */
function scalarCodes({ data, dimensions }: Embeddings, calibration: Calibration): Uint8Array {
  const { minimum } = calibration;
  const steps = stepsOf(calibration).map((step) => step || 1);
  // The intermediate roundings to float32 are numpy's: without them, values on a step's edge get other codes.
  const { fround } = Math;
  const codes = new Uint8ClampedArray(data.length);
  for (let start = 0; start < data.length; start += dimensions) {
    for (let j = 0; j < dimensions; j++) {
      const offset = fround((data[start + j] as number) - (minimum[j] as number));
      codes[start + j] = Math.floor(fround(offset / (steps[j] as number)));
    }
  }
  return new Uint8Array(codes.buffer);
}

/** `rows` x ceil(dimensions / 8) bytes, the first component of each eight in the highest bit. */
function signBits({ data, dimensions, rows }: Embeddings): Uint8Array {
  const bytes = new Uint8Array(rows * Math.ceil(dimensions / 8));
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  let to = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    const end = at + dimensions;
    for (; at + 8 <= end; at += 8) {
      let byte = 0;
      for (let j = 0; j < 8; j++) byte = (byte << 1) | isPositive(bits[at + j] as number);
      bytes[to++] = byte;
    }
    if (at === end) continue;
    let byte = 0;
    for (let bit = 7; at < end; bit--) byte |= isPositive(bits[at++] as number) << bit;
    bytes[to++] = byte;
  }
  return bytes;
}

/** 1 for the bits of a float32 above 0, else 0. Signs are random: a branch would be taken wrongly every other time. */
function isPositive(bits: number): number {
  return (-bits & ~bits) >>> 31;
}
