export interface TimedStep {
  loss: number;
  /** By the clock. */
  milliseconds: number;
  /** Milliseconds of processor time, of all threads: what a busy machine does not change much. */
  processor: number;
}

export async function timed(step: () => number | Promise<number>): Promise<TimedStep> {
  const started = performance.now();
  const usage = process.cpuUsage();
  const loss = await step();
  const { user, system } = process.cpuUsage(usage);
  return { loss, milliseconds: performance.now() - started, processor: (user + system) / 1000 };
}
