/** One way of doing the same work. */
export interface Contestant {
  run(): Promise<unknown>;
}

export interface Timing {
  /** Milliseconds a run, one figure a round. */
  rounds: number[];
  /** Milliseconds of the processor, of all threads of the process, a run; the median of the rounds. */
  processorMilliseconds: number;
}

export interface AlternateOptions {
  /** Rounds go on for this long, over all contestants. */
  milliseconds: number;
  /** And for at least so many. */
  leastRounds: number;
  signal: AbortSignal;
}

/** Short runs are repeated until a measurement takes about so long: clocks and timers do not matter then. */
const measurementMilliseconds = 20;

/**
 * Times contestants in turns, A B C, C A B, …, so that whatever else the machine does falls on all of them alike. One
 * run of each goes before, unmeasured. Rejects with `signal.reason` when aborted.
 */
export async function alternate(
  contestants: readonly Contestant[],
  { milliseconds, leastRounds, signal }: AlternateOptions,
): Promise<Timing[]> {
  const repeats: number[] = [];
  for (const { run } of contestants) {
    await run();
    const { wall } = await timed(run, 1);
    repeats.push(Math.max(1, Math.ceil(measurementMilliseconds / wall)));
  }
  const measured = contestants.map(() => ({ wall: [] as number[], processor: [] as number[] }));
  const start = performance.now();
  for (let round = 0; round < leastRounds || performance.now() - start < milliseconds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      signal.throwIfAborted();
      const index = (turn + round) % contestants.length;
      const { run } = contestants[index] as Contestant;
      const { wall, processor } = await timed(run, repeats[index] as number);
      measured[index]?.wall.push(wall);
      measured[index]?.processor.push(processor);
    }
  }
  return measured.map(({ wall, processor }) => ({ rounds: wall, processorMilliseconds: median(processor) }));
}

async function timed(run: Contestant["run"], repeats: number): Promise<{ wall: number; processor: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) await run();
  const wall = (performance.now() - start) / repeats;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 / repeats };
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** How many times as long `theirs` took: round by round, because the runs of a round share what the machine did then. */
export function ratioOf(ours: Timing, theirs: Timing): number {
  return median(ours.rounds.map((time, round) => (theirs.rounds[round] ?? NaN) / time));
}
