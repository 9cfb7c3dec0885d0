import { invalidArgument } from "./kernels-error.js";

/** Values for each byte of a row: for the 16 values of its higher four bits, then for those of its lower four. */
export const sumsPerByte = 32;

/** What the kernel needs of memory for a query: the values and some room. */
export function lookUpBytes(stride: number): number {
  return stride * sumsPerByte + 128;
}

/** How many of four bits agree with those of the query. */
export function bitsLookUp(query: Uint8Array, stride: number): Uint8Array {
  const values = new Uint8Array(stride * sumsPerByte);
  for (let four = 0; four < stride * 2; four++) {
    const byte = query[four >> 1] ?? 0;
    const bits = (four & 1) === 0 ? byte >> 4 : byte & 15;
    for (let other = 0; other < 16; other++) {
      values[four * 16 + other] = agreement[bits ^ other] as number;
    }
  }
  return values;
}

/** 4 less the ones among four bits. */
const agreement = Uint8Array.of(4, 3, 3, 2, 3, 2, 2, 1, 3, 2, 2, 1, 2, 1, 1, 0);

/** The values of four bytes of a row add up to at most 255, each rounded by half a step. */
const mostSteps = 255 - 8 / 2;
const componentsPerSum = 32;

/** For each four bits the sum of the components whose bits are set, above the least, in whole steps. */
export function floatLookUp(
  query: Float32Array,
  stride: number,
): { values: Uint8Array; step: number; lowest: number } {
  let greatest = 0;
  let lowest = 0;
  for (let start = 0; start < query.length; start += componentsPerSum) {
    let size = 0;
    for (let index = start; index < Math.min(query.length, start + componentsPerSum); index++) {
      const component = query[index] as number;
      size += Math.abs(component);
      lowest += Math.min(0, component);
    }
    if (!(size < Infinity)) {
      throw invalidArgument(
        `query[${start}] to query[${start + componentsPerSum - 1}] are not all finite`,
        "use a query of finite numbers",
      );
    }
    greatest = Math.max(greatest, size);
  }
  const values = new Uint8Array(stride * sumsPerByte);
  const step = greatest / mostSteps;
  if (step === 0) return { values, step, lowest };
  const sums = new Float64Array(16);
  for (let four = 0; four * 4 < query.length; four++) {
    // Rounded where they become whole numbers.
    sums[0] = 0.5;
    for (let component = 0; component < 4; component++) {
      const bit = 8 >> component;
      const part = (query[four * 4 + component] ?? 0) / step;
      // Above the least sum: a component below 0 counts where its bit is not set.
      const without = part < 0 ? -part : 0;
      const withBit = part < 0 ? 0 : part;
      for (let above = 0; above < 16; above += 2 * bit) {
        const sum = sums[above] as number;
        sums[above] = sum + without;
        sums[above + bit] = sum + withBit;
      }
    }
    for (let bits = 0; bits < 16; bits++) values[four * 16 + bits] = sums[bits] as number;
  }
  return { values, step, lowest };
}

/** For each four components the sums of those whose bits are set, by the four bits; the first has the highest bit. */
export function sumsByFourBits(query: Float32Array, bytes: number): Float32Array {
  const sums = new Float32Array(bytes * sumsPerByte);
  for (let four = 0; four < bytes * 2; four++) {
    for (let component = 0; component < 4; component++) {
      const bit = 8 >> component;
      const value = query[four * 4 + component] ?? 0;
      // Sums of the bits above, each with this one too.
      for (let above = 0; above < 16; above += 2 * bit) {
        sums[four * 16 + above + bit] = (sums[four * 16 + above] as number) + value;
      }
    }
  }
  return sums;
}
