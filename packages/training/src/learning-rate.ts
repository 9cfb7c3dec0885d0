/** The course of the learning rate after the warm-up. */
export type Schedule = "cosine" | "linear" | "constant";

/** How far down each schedule is when a share of the steps after the warm-up is done. */
const decays: Readonly<Record<Schedule, (done: number) => number>> = {
  cosine: (done) => 0.5 * (1 + Math.cos(Math.PI * done)),
  linear: (done) => 1 - done,
  constant: () => 1,
};

/** Linear warm-up to 1 over the first steps, then the schedule: the factor on the peak learning rate. */
export function scheduleFactor(schedule: Schedule, step: number, steps: number, warmupSteps: number): number {
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  return decays[schedule]((step - warmupSteps) / (steps - warmupSteps));
}
