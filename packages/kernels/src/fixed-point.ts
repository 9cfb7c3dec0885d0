import { invalidArgument } from "./kernels-error.js";

export interface FixedPoint {
  /** `value = multiplier * unit`, |multiplier| < 2^30. Seen as int16: the low 15 bits, then the signed rest. */
  multipliers: Int32Array;
  /** A power of two. */
  unit: number;
  /** 1 where the low 15 bits of all multipliers are 0, otherwise 2. */
  terms: 1 | 2;
}

/**
 * Factors as whole multiples of one power of two, the greatest that keeps them below 2^30. So factors of float32 are
 * exact down to 1/64 of the greatest, and off by at most 2^-30 of the greatest below. Factors that are multiples of one
 * power of two below 2^15 already need one multiplication instead of two.
 */
export function fixedPoint(factors: Float32Array | Float64Array): FixedPoint {
  let greatest = 0;
  for (let index = 0; index < factors.length; index++) {
    const size = Math.abs(factors[index] as number);
    if (!(size < 2 ** 128)) {
      throw invalidArgument(
        `factors[${index}] is ${factors[index]}`,
        "use finite factors that float32 can hold",
      );
    }
    if (size > greatest) greatest = size;
  }
  let unit = 2 ** (Math.floor(Math.log2(Math.max(greatest, 2 ** -126))) - 29);
  // Math.log2 may round up or down to a whole number, and the greatest factor to 2^30.
  while (Math.round(greatest / unit) >= 2 ** 30) unit *= 2;
  const multipliers = new Int32Array(factors.length);
  let terms: 1 | 2 = 1;
  for (let index = 0; index < factors.length; index++) {
    const multiplier = Math.round((factors[index] as number) / unit);
    const low = multiplier & 0x7fff;
    if (low !== 0) terms = 2;
    multipliers[index] = ((multiplier >> 15) << 16) | low;
  }
  return { multipliers, unit, terms };
}
