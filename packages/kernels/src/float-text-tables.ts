import { decimalsAt, halfUnitsAt, nextDecadeAt, tableBytes, threeDigitsAt } from "./float-text-layout.js";

/** Bits of a float32 without its sign. */
const magnitude = 0x7fffffff;
const zero = 0x30;

/**
 * What is needed to write a float32 of 2^-19 up to 1 without an exponent, by its biased exponent. A binade may reach into
 * the next power of ten: entry 2 * exponent is for the numbers below that, the one after it for the others.
 */
export function floatTextTables(): Uint8Array {
  const { buffer } = new Uint8Array(tableBytes);
  /** The power of ten that brings the numbers to nine digits before the point, … */
  const scales = new Float64Array(buffer, 0, 512);
  /** … its exponent; 0 for numbers out of range. */
  const decimalsOf = new Uint32Array(buffer, decimalsAt, 512);
  /** Half a unit in the last place, scaled, less what the multiplication may be off. */
  const halfUnits = new Float64Array(buffer, halfUnitsAt, 512);
  /** Bits of the least float32 of the binade that is in the next decade. */
  const nextDecade = new Uint32Array(buffer, nextDecadeAt, 256).fill(magnitude);
  for (let exponent = 127 - 19; exponent < 127; exponent++) {
    const least = 2 ** (exponent - 127);
    const decade = Math.floor(Math.log10(least));
    for (let entry = 2 * exponent; entry <= 2 * exponent + 1; entry++) {
      const decimals = 8 - decade - (entry & 1);
      // Exact: below 10^22.
      const scale = Number(`1e${decimals}`);
      decimalsOf[entry] = decimals;
      scales[entry] = scale;
      halfUnits[entry] = least * 2 ** -24 * scale * (1 - 2 ** -20);
    }
    const bound = Number(`1e${decade + 1}`);
    const [bits] = new Uint32Array(Float32Array.of(bound).buffer) as unknown as [number];
    nextDecade[exponent] = Math.fround(bound) < bound ? bits + 1 : bits;
  }
  /** The three digits of 0 to 999 as bytes, the first one lowest. */
  const threeDigits = new Uint32Array(buffer, threeDigitsAt, 1000);
  for (let number = 0; number < 1000; number++) {
    const [first, second, third] = [Math.floor(number / 100), Math.floor(number / 10) % 10, number % 10];
    threeDigits[number] = (zero + first) | ((zero + second) << 8) | ((zero + third) << 16);
  }
  return new Uint8Array(buffer);
}
