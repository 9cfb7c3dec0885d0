import type { SharedTokenTable } from "@kokeshi/kernels/tokens";
import type { PortionCounts } from "../embed-portion.js";
import type { JoinedTexts, TextRules } from "../text-rules.js";

/** What a thread needs to embed as the model does. The table lies in memory that all threads share. */
export interface WorkerModel {
  table: SharedTokenTable;
  tokenizerJson: Uint8Array;
  trie: Uint8Array | undefined;
  rules: TextRules;
  normalize: boolean;
}

/** Requests that a thread has at a time: one that it works on, one that waits, so that it never waits itself. */
export const requestsAhead = 2;

/** A portion of texts, joined: copying one string takes a fraction of copying thousands. */
export interface WorkerRequest extends JoinedTexts {
  /**
   * Where their vectors belong, in shared memory: nobody copies them, and each thread is the first to touch the pages it
   * writes, which takes the operating system as long as the vectors take.
   */
  vectors: Float32Array;
}

/** Answers come in the order of the requests; before the first, one says that the thread can take requests. */
export type WorkerAnswer =
  | { kind: "ready" }
  | ({ kind: "done" } & PortionCounts)
  /** The texts have a fault; whoever embeds them on the main thread gets the error. */
  | { kind: "failed" };
