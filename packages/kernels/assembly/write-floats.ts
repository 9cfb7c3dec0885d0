// Numbers as text. What depends on the binade of a number lies in `tables`: see `src/float-text-tables.ts`.
import { decimalsAt, halfUnitsAt, nextDecadeAt, threeDigitsAt } from "../src/float-text-layout";

/**
 * Writes float32 as decimal text to `target`, `separator` behind each, and the address after the last one to `end`. Stops
 * at a number that is 0, below 2^-19, or rounded to 1 or more. Returns how many were written.
 *
 * Nine significant digits always read back as the same float32, mostly seven or eight do; the fewest of these are written,
 * without trailing zeros. That they do is seen without reading them back: a decimal nearer to a float32 than half the
 * distance to its neighbours is read as that float32. What differs from number to number (sign, zeros, digits) is computed
 * without branches, which the processor could not predict.
 */
export function writeFloats(
  values: usize,
  count: usize,
  separator: u32,
  target: usize,
  tables: usize,
  end: usize,
): usize {
  let at = target;
  let index: usize = 0;
  for (; index < count; index++) {
    const value = values + (index << 2);
    const bits = load<u32>(value);
    const magnitude = bits & 0x7fff_ffff;
    const exponent = <usize>(magnitude >> 23);
    const isNextDecade = <usize>(magnitude >= load<u32>(tables + nextDecadeAt + (exponent << 2)));
    const entry = (exponent << 1) + isNextDecade;
    const decimals = load<u32>(tables + decimalsAt + (entry << 2));
    if (decimals < 9) break;
    const scaled = abs<f64>(<f64>load<f32>(value)) * load<f64>(tables + (entry << 3));
    let halfUnit = load<f64>(tables + halfUnitsAt + (entry << 3));
    // The next float32 below a power of two is only half as far.
    if ((bits & 0x7f_ffff) === 0) halfUnit *= 0.5;
    const seven = rounded(scaled * 0.01) * 100;
    const eight = rounded(scaled * 0.1) * 10;
    const nine = rounded(scaled);
    // Where seven suffice, eight do too.
    const sevenSuffice = <usize>(abs<f64>(<f64>seven - scaled) < halfUnit);
    const eightSuffice = <usize>(abs<f64>(<f64>eight - scaled) < halfUnit);
    const atMostNine = eightSuffice ? eight : nine;
    const digits = sevenSuffice ? seven : atMostNine;
    if (digits >= 1_000_000_000) break;
    store<u8>(at, 0x2d);
    at += <usize>(bits >> 31);
    // "0.000000"
    store<u32>(at, 0x30302e30);
    store<u32>(at, 0x30303030, 4);
    at += decimals - 7;
    const millions = digits / 1_000_000;
    const rest = digits - millions * 1_000_000;
    const thousands = rest / 1000;
    const digitsOf = tables + threeDigitsAt;
    store<u32>(at, load<u32>(digitsOf + ((<usize>millions) << 2)));
    store<u32>(at, load<u32>(digitsOf + ((<usize>thousands) << 2)), 3);
    store<u32>(at, load<u32>(digitsOf + ((<usize>(rest - thousands * 1000)) << 2)), 6);
    at += 9 - sevenSuffice - eightSuffice;
    while (load<u8>(at - 1) === 0x30) at--;
    store<u8>(at++, <u8>separator);
  }
  store<u32>(end, <u32>at);
  return index;
}

/** To the nearest whole number, of two the even one, for numbers below 2^31: the sum has them as its lowest bits. */
function rounded(value: f64): u32 {
  return <u32>reinterpret<u64>(value + 6_755_399_441_055_744);
}
