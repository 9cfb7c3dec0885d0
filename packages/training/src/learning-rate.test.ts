import { describe, expect, it } from "vitest";
import { scheduleFactor } from "./learning-rate.js";

describe("scheduleFactor", () => {
  const course = (schedule: Parameters<typeof scheduleFactor>[0]): number[] =>
    Array.from({ length: 12 }, (_, step) => scheduleFactor(schedule, step, 12, 4));

  it("rises linearly, whatever follows", () => {
    for (const schedule of ["cosine", "linear", "constant"] as const)
      expect(course(schedule).slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
  });

  it("falls as half a cosine, as a line, or not at all", () => {
    expect(course("cosine")[8]).toBeCloseTo(0.5);
    expect(course("cosine")[11]).toBeCloseTo(0.5 * (1 + Math.cos((Math.PI * 7) / 8)));
    expect(course("linear").slice(8)).toEqual([0.5, 0.375, 0.25, 0.125]);
    expect(course("constant").slice(4)).toEqual(new Array(8).fill(1));
  });

  it("does without a warm-up", () => {
    expect(scheduleFactor("cosine", 0, 10, 0)).toBe(1);
  });
});
