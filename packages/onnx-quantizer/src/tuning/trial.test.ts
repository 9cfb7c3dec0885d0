import { describe, expect, it } from "vitest";
import { finished } from "./fixtures/trials.js";
import { bestTrial, type FailedTrial } from "./trial.js";

describe("bestTrial", () => {
  it("is the best by the objective where none met the goal", () => {
    const trials = [
      finished(1, { relativeLoss: 0.03, speedup: 3 }),
      finished(2, { relativeLoss: 0.02, speedup: 1 }),
      finished(3, { relativeLoss: 0.02, speedup: 2 }),
    ];
    expect(bestTrial(trials)?.number).toBe(2);
  });

  it("is the fastest of those that met it, though others lose less", () => {
    const trials = [
      finished(1, { relativeLoss: 0.02, speedup: 4 }),
      finished(2, { relativeLoss: 0.001, speedup: 2 }),
      finished(3, { relativeLoss: 0.009, speedup: 2.5 }),
    ];
    expect(bestTrial(trials)?.number).toBe(3);
  });

  it("is the smallest of equally fast ones, and the best of equally small ones", () => {
    const trials = [
      finished(1, { relativeLoss: 0.001, speedup: 2.55, bytes: 1200 }),
      finished(2, { relativeLoss: 0.009, speedup: 2.5, bytes: 1000 }),
      finished(3, { relativeLoss: 0.005, speedup: 2.45, bytes: 1005 }),
      finished(4, { relativeLoss: 0, speedup: 2, bytes: 500 }),
    ];
    expect(bestTrial(trials)?.number).toBe(3);
  });

  it("leaves failed trials out", () => {
    const { stage, name, recipe, keepFloat, seconds } = finished(1);
    const failed: FailedTrial = { number: 1, stage, name, recipe, keepFloat, seconds, error: "no memory" };
    expect(bestTrial([failed, finished(2)])?.number).toBe(2);
    expect(bestTrial([failed])).toBeUndefined();
  });
});
