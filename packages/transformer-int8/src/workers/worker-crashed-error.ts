import { KokeshiError } from "@kokeshi/core";
import { part } from "../invalid-model.js";

/** A thread ended in the middle of a batch: out of memory, most often. Other calls go on, on a new thread. */
export class WorkerCrashedError extends KokeshiError {
  override readonly name = "WorkerCrashedError";

  constructor(reason: string, cause?: unknown) {
    super("worker-crashed", {
      part,
      problem: `a thread ended while it encoded a batch (${reason})`,
      remedy:
        "call again; if memory was short, use fewer workers, a smaller tokenBudget or a smaller maxTokens",
      cause,
    });
  }
}
