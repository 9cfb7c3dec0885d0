/** Round numbers that cover `least` to `greatest` in steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function linearTicks(least: number, greatest: number, count: number): number[] {
  // Equal values, all but rounding, get an axis all the same.
  const span = greatest - least > 1e-9 ? greatest - least : 0.1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(greatest / step - 1e-9));
  // Multiples, not sums: 0.1 + 0.2 would not be 0.3.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** 1, 2 and 5 times powers of ten from below `least` to above `greatest`; both are positive. */
export function logarithmicTicks(least: number, greatest: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(greatest)); power++)
    for (const factor of [1, 2, 5]) steps.push(Number((factor * 10 ** power).toPrecision(12)));
  const first = Math.max(
    0,
    steps.findLastIndex((step) => step <= least),
  );
  const last = steps.findIndex((step) => step >= greatest);
  return steps.slice(first, Math.max(last, first + 1) + 1);
}

/** Powers of two from below `least` to above `greatest`; both are positive. */
export function powersOfTwo(least: number, greatest: number): number[] {
  const first = Math.floor(Math.log2(least));
  const last = Math.max(first + 1, Math.ceil(Math.log2(greatest)));
  return Array.from({ length: last - first + 1 }, (_, index) => 2 ** (first + index));
}
