/** Where values stand between `start` and `end`, in pixels, on an axis from the first of its ticks to the last. */
export function linearScale(ticks: readonly number[], start: number, end: number): (value: number) => number {
  const [from = 0, to = from] = [ticks[0], ticks.at(-1)];
  // A single tick stands in the middle.
  if (from === to) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** The same, where equal factors are equal steps; values are positive. */
export function logarithmicScale(
  ticks: readonly number[],
  start: number,
  end: number,
): (value: number) => number {
  const scale = linearScale(ticks.map(Math.log), start, end);
  return (value) => scale(Math.log(value));
}
