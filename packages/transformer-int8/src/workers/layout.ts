import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "@kokeshi/core";
import { part } from "../invalid-model.js";

/** Who works: threads with a graph each, and threads of ONNX Runtime that share the work of one graph. */
export interface Layout {
  workers: number;
  /** Threads a worker. */
  threads: number;
}

export interface LayoutOptions {
  /**
   * Threads that have a graph each and do batches side by side. "auto", the default: one at first; the first large call
   * measures what is fastest here.
   */
  workers?: number | "auto";
  /**
   * Threads that share the work of one batch. More of them answer a single text sooner; as many workers with one thread
   * each do more texts a second. "auto", the default: measured with the workers.
   */
  threads?: number | "auto";
}

/** More workers than this are not fed fast enough by one main thread to be worth their memory. */
const mostWorkers = 16;
/** A single batch gains little from more. */
const mostThreads = 8;
/** Of the memory that is free, what graphs may take. */
const memoryShare = 0.5;
/** Beside its weights, a worker needs memory of its own: V8 and the values between two nodes of the graph. */
const workerBytes = 100e6;

/** What the machine has. */
export interface Machine {
  processors: number;
  freeBytes: number;
}

export function thisMachine(): Machine {
  return {
    processors: availableParallelism(),
    // Not in the types of Node 20.19, but in Node; it knows the limits of containers.
    freeBytes: (process as unknown as { availableMemory(): number }).availableMemory(),
  };
}

/**
 * The layouts worth measuring; the first is for small calls, before anything is measured. One, where the options leave
 * no choice. Throws InvalidArgumentError for an option out of range.
 *
 * @param graphBytes of weights that each worker reads into memory
 */
export function possibleLayouts(
  { workers = "auto", threads = "auto" }: LayoutOptions,
  { processors, freeBytes }: Machine,
  graphBytes: number,
): Layout[] {
  requireCount("workers", workers);
  requireCount("threads", threads);
  const affordable = Math.floor((memoryShare * freeBytes) / (graphBytes + workerBytes));
  const most = Math.max(1, Math.min(mostWorkers, processors, affordable));
  if (workers !== "auto" && threads !== "auto") return [{ workers, threads }];
  if (workers !== "auto") {
    return [{ workers, threads: Math.max(1, Math.min(mostThreads, Math.floor(processors / workers))) }];
  }
  if (threads !== "auto") {
    return [{ workers: Math.max(1, Math.min(most, Math.floor(processors / threads))), threads }];
  }
  const layouts = new Map<number, Layout>();
  for (const count of [1, 2, Math.floor(processors / 2), processors]) {
    if (count < 1 || count > most) continue;
    const share = Math.max(1, Math.min(mostThreads, Math.floor(processors / count)));
    layouts.set(count, { workers: count, threads: share });
  }
  return [...layouts.values()];
}

function requireCount(name: string, value: number | "auto"): void {
  if (value === "auto" || (Number.isInteger(value) && value >= 1)) return;
  throw new InvalidArgumentError({
    part,
    problem: `${name} is ${value}`,
    remedy: 'use a whole number of at least 1, or "auto"',
  });
}
