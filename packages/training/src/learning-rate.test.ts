import { describe, expect, it } from "vitest";
import { cosineSchedule } from "./learning-rate.js";

describe("cosineSchedule", () => {
  it("rises linearly, peaks after the warm-up, and falls as half a cosine", () => {
    const factors = Array.from({ length: 12 }, (_, step) => cosineSchedule(step, 12, 4));
    expect(factors.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(factors[8]).toBeCloseTo(0.5);
    expect(factors[11]).toBeCloseTo(0.5 * (1 + Math.cos((Math.PI * 7) / 8)));
  });

  it("does without a warm-up", () => {
    expect(cosineSchedule(0, 10, 0)).toBe(1);
  });
});
