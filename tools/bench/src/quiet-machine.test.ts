import { expect, it } from "vitest";
import { QuietMachine } from "./quiet-machine.js";

/** A machine of one processor that is idle for the given share of each sample, and for the last one ever after. */
function machine(...idleShares: number[]) {
  const times = { idle: 0, all: 0 };
  let samples = 0;
  return {
    samples: () => samples / 2,
    readTimes: () => {
      if (samples++ % 2 === 1) {
        const share = idleShares.length > 1 ? (idleShares.shift() ?? 1) : (idleShares[0] ?? 1);
        times.idle += 100 * share;
        times.all += 100;
      }
      return { ...times };
    },
  };
}

it("waits until the processors are idle", async () => {
  const busyTwice = machine(0.5, 0.9, 1);
  const quiet = new QuietMachine(60_000, busyTwice.readTimes);
  await quiet.wait();
  expect(busyTwice.samples()).toBe(3);
  expect(quiet.notQuiet).toBe(0);
});

it("goes on when its budget is spent, and counts that", async () => {
  const alwaysBusy = machine(0.1);
  const quiet = new QuietMachine(200, alwaysBusy.readTimes);
  await quiet.wait();
  await quiet.wait();
  expect(quiet.notQuiet).toBe(2);
  expect(alwaysBusy.samples()).toBe(4);
});
