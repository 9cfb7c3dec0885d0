/** Below, every whole number is a float64. */
const exactlyWhole = 2 ** 53;

/**
 * The score as the Rust library has it. Its JSON parser (`serde_json` without `float_roundtrip`) makes a whole number of
 * all digits, rounds it to float64, and divides by a power of ten: with 16 digits and more that is off by a unit in the
 * last place for every fourth score, which decides between ways whose sums are equal.
 *
 * @param score as JSON.parse read it; the digits in the file are taken to be the fewest that give this number, as every
 *   writer of such files writes them
 */
export function scoreInRust(score: number): number {
  const text = String(score);
  // Too few digits for a difference.
  if (text.length < 17) return score;
  const [, sign, whole, fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  // Rounds to float64 just as Rust does.
  const significand = Number(`${whole}${fraction}`);
  const power = Number(exponent) - fraction.length;
  // Rarely met powers of ten are left as they are.
  if (!(significand >= exactlyWhole) || power < -22 || power > 0) return score;
  const magnitude = significand / 10 ** -power;
  return sign === "-" ? -magnitude : magnitude;
}
