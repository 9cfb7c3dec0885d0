import { InvalidArgumentError } from "@kokeshi/core";

/** A table of int8 rows with one scale each: row i is `scales[i] * values[i]`. */
export interface QuantizedRows {
  /** Row-major, from -127 to 127. */
  values: Int8Array;
  scales: Float32Array;
}

/**
 * Symmetric int8 with one scale a row: `scale = max|x| / 127` rounded to float32, `value = x / scale` rounded to the
 * nearest whole number, halves away from zero. A row of zeros has scale 0. Each component is then wrong by at most
 * half a scale (and the rounding of the scale itself).
 */
export function quantizeRows(table: Float32Array, dimensions: number): QuantizedRows {
  if (!Number.isInteger(dimensions) || dimensions < 1 || table.length % dimensions !== 0) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `${table.length} values do not divide into rows of ${dimensions} dimensions`,
      remedy: "pass rows * dimensions values",
    });
  }
  const values = new Int8Array(table.length);
  const scales = new Float32Array(table.length / dimensions);
  for (let row = 0; row < scales.length; row++) {
    const start = row * dimensions;
    let greatest = 0;
    for (let index = start; index < start + dimensions; index++) {
      const magnitude = Math.abs(table[index] as number);
      if (!(magnitude < Infinity)) {
        throw new InvalidArgumentError({
          part: "static-model",
          problem: `row ${row}, column ${index - start} of the table is ${table[index]}`,
          remedy: "quantize finite values only",
        });
      }
      greatest = Math.max(greatest, magnitude);
    }
    scales[row] = greatest / 127;
    const scale = scales[row] as number;
    // Also rows so small that their scale is 0 in float32.
    if (scale === 0) continue;
    for (let index = start; index < start + dimensions; index++) {
      const quotient = Math.round(Math.abs(table[index] as number) / scale);
      values[index] = Math.sign(table[index] as number) * Math.min(127, quotient);
    }
  }
  return { values, scales };
}
