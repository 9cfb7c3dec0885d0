import type { Answer } from "./contestants/contestant.js";

/** Whether two contestants found the same for the very texts that were timed. */
export type Agreement =
  | { kind: "ids"; texts: number; /** Texts that got other ids. */ differing: number }
  | { kind: "vectors"; /** Between any two components of the vectors compared. */ largestDifference: number };

/** Compares the answers of two contestants, pass by pass. */
export function agreementOf(ours: readonly Answer[], theirs: readonly Answer[]): Agreement {
  let components = 0;
  let differing = 0;
  let largestDifference = 0;
  ours.forEach((mine, pass) => {
    const other = theirs[pass];
    if (other?.length !== mine.length) throw new Error("The contestants did not get the same texts");
    mine.forEach((value: number, index: number) => {
      const difference = Math.abs(value - (other[index] as number));
      if (difference !== 0) differing++;
      // Once NaN, always NaN.
      largestDifference = Math.max(largestDifference, difference);
    });
    components += mine.length;
  });
  return ours[0] instanceof Float32Array
    ? { kind: "vectors", largestDifference }
    : { kind: "ids", texts: components, differing };
}
