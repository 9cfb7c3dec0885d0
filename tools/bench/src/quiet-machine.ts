import { cpus } from "node:os";

/** Idle share of the processors from which a machine counts as quiet: one of two at a tenth of its work is not. */
const quietShare = 0.93;
const sampleMilliseconds = 150;

interface ProcessorTimes {
  idle: number;
  all: number;
}

/** Waits for other work on the machine to pause, because a pass beside it measures the other work too. */
export class QuietMachine {
  /** Times that the wait ended with the budget instead of with quiet. */
  notQuiet = 0;

  /** @param budgetMilliseconds to wait in all, over every call */
  constructor(
    private budgetMilliseconds: number,
    private readonly readTimes: () => ProcessorTimes = processorTimes,
  ) {}

  async wait(): Promise<void> {
    for (;;) {
      const before = this.readTimes();
      await new Promise((resolve) => setTimeout(resolve, sampleMilliseconds));
      const after = this.readTimes();
      if (after.idle - before.idle >= quietShare * (after.all - before.all)) return;
      if (this.budgetMilliseconds <= 0) {
        this.notQuiet++;
        return;
      }
      this.budgetMilliseconds -= sampleMilliseconds;
    }
  }
}

function processorTimes(): ProcessorTimes {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, all };
}
