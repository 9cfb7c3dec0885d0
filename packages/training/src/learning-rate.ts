/** Linear warm-up to 1 over the first steps, then half a cosine down to 0: the factor on the peak learning rate. */
export function cosineSchedule(step: number, steps: number, warmupSteps: number): number {
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  return 0.5 * (1 + Math.cos((Math.PI * (step - warmupSteps)) / (steps - warmupSteps)));
}
