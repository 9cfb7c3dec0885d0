import { InvalidArgumentError } from "@kokeshi/core";

/** A table of int8 rows with one scale each: row i is `scales[i] * values[i]`. */
export interface QuantizedRows {
  /** Row-major, from -127 to 127. */
  values: Int8Array;
  scales: Float32Array;
}

/** Bits of the multiples that scales are rounded up to. */
const scaleBits = 15;
/** The least scale is at least so many multiples, and grows by less than a hundredth. */
const leastMultiple = 128;

/**
 * Symmetric int8 with one scale a row: `scale = max|x| / 127` rounded to float32, `value = x / scale` rounded to the
 * nearest whole number, halves away from zero. A row of zeros has scale 0. Each component is then wrong by at most
 * half a scale (and the rounding of the scale itself).
 *
 * Where no scale is far below the greatest (1/128), all are rounded up to multiples, below 2^15, of one power of two:
 * `@kokeshi/kernels` then sums rows with half the multiplications.
 */
export function quantizeRows(table: Float32Array, dimensions: number): QuantizedRows {
  if (!Number.isInteger(dimensions) || dimensions < 1 || table.length % dimensions !== 0) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `${table.length} values do not divide into rows of ${dimensions} dimensions`,
      remedy: "pass rows * dimensions values",
    });
  }
  const scales = new Float32Array(table.length / dimensions);
  for (let row = 0; row < scales.length; row++) scales[row] = greatestOfRow(table, dimensions, row) / 127;
  const step = commonStep(scales);
  if (step > 0) scales.forEach((scale, row) => (scales[row] = Math.ceil(scale / step) * step));

  const values = new Int8Array(table.length);
  for (let index = 0; index < table.length; index++) {
    const scale = scales[Math.floor(index / dimensions)] as number;
    // Also rows so small that their scale is 0 in float32.
    if (scale === 0) continue;
    const value = table[index] as number;
    values[index] = Math.sign(value) * Math.min(127, Math.round(Math.abs(value) / scale));
  }
  return { values, scales };
}

function greatestOfRow(table: Float32Array, dimensions: number, row: number): number {
  let greatest = 0;
  for (let column = 0; column < dimensions; column++) {
    const value = table[row * dimensions + column] as number;
    const magnitude = Math.abs(value);
    if (!(magnitude < Infinity)) {
      throw new InvalidArgumentError({
        part: "static-model",
        problem: `row ${row}, column ${column} of the table is ${value}`,
        remedy: "quantize finite values only",
      });
    }
    greatest = Math.max(greatest, magnitude);
  }
  return greatest;
}

/** The power of two that all scales become multiples of; 0 where they differ too much. */
function commonStep(scales: Float32Array): number {
  const greatest = scales.reduce((most, scale) => Math.max(most, scale), 0);
  const least = scales.reduce((few, scale) => (scale > 0 ? Math.min(few, scale) : few), Infinity);
  let step = 2 ** (Math.floor(Math.log2(greatest)) - (scaleBits - 1));
  if (Math.ceil(greatest / step) >= 2 ** scaleBits) step *= 2;
  // Multiples of less are not exact in float32.
  return least >= leastMultiple * step && step >= 2 ** -149 ? step : 0;
}
