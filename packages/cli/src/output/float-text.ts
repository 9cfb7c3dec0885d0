/** 10^0 to 10^15, all exact. */
const powersOfTen = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const powerOfTen = (exponent: number) => powersOfTen[exponent] as number;

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;

/** Longest text of a float32: a sign and the 21 digits of numbers up to 1e21, above which JavaScript writes exponents. */
export const maxFloatTextBytes = 22;

/**
 * Writes a finite float32 as decimal text and returns the position after it. Nine significant digits always read back
 * as the same float32, mostly seven or eight do; the fewest of these are written, without trailing zeros. Several
 * times as fast as JavaScript's own text of the same number, which has seventeen digits because it is a float64's.
 */
export function writeFloat(target: Uint8Array, position: number, value: number): number {
  let at = position;
  const x = Math.abs(value);
  if (x === 0) {
    target[at++] = zero;
    return at;
  }
  if (value < 0) target[at++] = minus;
  if (x < 1e-6 || x >= 1e6) return writeAscii(target, at, exponentText(x));

  // `digits` is x without its point, which belongs `decimals` digits from the end. At most nine digits: they fit a
  // 32-bit integer, whose arithmetic is several times as fast as a float64's here.
  let decimals = 7;
  for (let bound = 0.1; x < bound; bound *= 0.1) decimals++;
  for (let bound = 1; x >= bound; bound *= 10) decimals--;
  let digits = (x * powerOfTen(decimals) + 0.5) | 0;
  for (let more = 0; more < 2 && Math.fround(digits / powerOfTen(decimals)) !== x; more++) {
    decimals++;
    digits = (x * powerOfTen(decimals) + 0.5) | 0;
  }

  let whole = 0;
  if (x >= 1) {
    whole = Math.floor(x);
    digits = (digits - whole * powerOfTen(decimals)) | 0;
  }
  at = whole === 0 ? writeZero(target, at) : writeAscii(target, at, String(whole));
  while (decimals > 0 && digits % 10 === 0) {
    digits = (digits / 10) | 0;
    decimals--;
  }
  if (decimals === 0) return at;
  target[at++] = point;
  for (let i = at + decimals - 1; i >= at; i--) {
    const tenth = (digits / 10) | 0;
    target[i] = zero + digits - tenth * 10;
    digits = tenth;
  }
  return at + decimals;
}

function writeZero(target: Uint8Array, at: number): number {
  target[at] = zero;
  return at + 1;
}

function writeAscii(target: Uint8Array, position: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[position + i] = text.charCodeAt(i);
  return position + text.length;
}

/** Very large and very small numbers are rare in embeddings: correct is enough. */
function exponentText(x: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(x.toPrecision(digits));
    if (Math.fround(shorter) === x) return String(shorter);
  }
  return String(Number(x.toPrecision(9)));
}
