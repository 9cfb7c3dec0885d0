import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eachInParallel } from "./in-parallel.js";

describe("eachInParallel", () => {
  it("does every item, never more than `width` at once", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await eachInParallel([1, 2, 3, 4, 5, 6, 7], 3, undefined, async (item) => {
      most = Math.max(most, ++running);
      await wait(5);
      running--;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it("stops the others at the first failure, waits for them and throws it", async () => {
    const failure = new Error("first");
    const events: string[] = [];
    const attempt = eachInParallel(["fails", "stops", "never"], 2, undefined, async (item, signal) => {
      events.push(item);
      if (item === "fails") throw failure;
      await wait(60_000, undefined, { signal }).catch(() => {});
      await wait(5);
      events.push("tidied up");
      throw new Error("second");
    });
    await expect(attempt).rejects.toBe(failure);
    expect(events).toEqual(["fails", "stops", "tidied up"]);
  });

  it("rejects with the caller's reason, before and during the work", async () => {
    const reason = new Error("enough");
    const started: number[] = [];
    const abort = new AbortController();
    const work = async (item: number, signal: AbortSignal) => {
      started.push(item);
      abort.abort(reason);
      signal.throwIfAborted();
    };
    await expect(eachInParallel([1, 2], 1, abort.signal, work)).rejects.toBe(reason);
    await expect(eachInParallel([3], 1, abort.signal, work)).rejects.toBe(reason);
    expect(started).toEqual([1]);
  });
});
