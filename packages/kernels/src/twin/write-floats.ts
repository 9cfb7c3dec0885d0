import { decimalsAt, halfUnitsAt, nextDecadeAt } from "../float-text-layout.js";
import type { MemoryViews } from "../memory-views.js";

const zero = 0x30;
const point = 0x2e;
const minus = 0x2d;

/** Twin of writeFloats in assembly/write-floats.ts. */
export function writeFloats(
  { buffer, uint8, uint32, float32 }: MemoryViews,
  values: number,
  count: number,
  separator: number,
  target: number,
  tables: number,
  end: number,
): number {
  const float64 = new Float64Array(buffer, tables);
  let at = target;
  let index = 0;
  for (; index < count; index++) {
    const bits = uint32[values / 4 + index] as number;
    const magnitude = bits & 0x7fffffff;
    const exponent = magnitude >>> 23;
    const isNextDecade = magnitude >= (uint32[(tables + nextDecadeAt) / 4 + exponent] as number);
    const entry = 2 * exponent + (isNextDecade ? 1 : 0);
    const decimals = uint32[(tables + decimalsAt) / 4 + entry] as number;
    if (decimals < 9) break;
    const scaled = Math.abs(float32[values / 4 + index] as number) * (float64[entry] as number);
    let halfUnit = float64[halfUnitsAt / 8 + entry] as number;
    if ((bits & 0x7fffff) === 0) halfUnit *= 0.5;
    let digits = rounded(scaled);
    const [seven, eight] = [rounded(scaled * 0.01) * 100, rounded(scaled * 0.1) * 10];
    if (Math.abs(seven - scaled) < halfUnit) digits = seven;
    else if (Math.abs(eight - scaled) < halfUnit) digits = eight;
    if (digits >= 1_000_000_000) break;
    if (bits >= 2 ** 31) uint8[at++] = minus;
    uint8[at++] = zero;
    uint8[at++] = point;
    for (let place = 9; place < decimals; place++) uint8[at++] = zero;
    for (const digit of String(digits).replace(/0+$/, "")) uint8[at++] = digit.charCodeAt(0);
    uint8[at++] = separator;
  }
  uint32[end / 4] = at;
  return index;
}

/** To the nearest whole number, of two the even one. */
function rounded(value: number): number {
  return value + 6_755_399_441_055_744 - 6_755_399_441_055_744;
}
