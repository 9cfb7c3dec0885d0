import type { Worker } from "node:worker_threads";
import type { Job, Portion } from "./job.js";
import { requestsAhead, type WorkerAnswer, type WorkerModel, type WorkerRequest } from "./messages.js";
import type { JoinedTexts } from "../text-rules.js";
import { startWorker } from "./start-worker.js";

interface Thread {
  worker: Worker;
  /** Portions it was given, in order. `undefined` until it is ready. */
  portions: Portion[] | undefined;
}

/**
 * Threads beside the main one. They start when told to, take portions of all jobs as soon as they are ready, and keep
 * the process alive only while there are jobs. What a thread fails at goes back to its job.
 */
export class WorkerPool {
  private readonly threads = new Set<Thread>();
  private readonly jobs = new Set<Job>();
  private started = false;

  constructor(
    private readonly model: WorkerModel,
    private readonly size: number,
  ) {}

  /** Starts the threads, once. */
  start(): void {
    if (this.started) return;
    this.started = true;
    for (let index = 0; index < this.size; index++) this.startThread();
  }

  /** Threads share in the job until it is removed. */
  add(job: Job): void {
    if (this.jobs.size === 0) for (const { worker } of this.threads) worker.ref();
    this.jobs.add(job);
    for (const thread of this.threads) this.feed(thread);
  }

  remove(job: Job): void {
    this.jobs.delete(job);
    if (this.jobs.size === 0) for (const { worker } of this.threads) worker.unref();
  }

  /** Ends the threads; what they were at goes back to the jobs. */
  async close(): Promise<void> {
    this.started = true;
    await Promise.all(Array.from(this.threads, ({ worker }) => worker.terminate()));
  }

  private startThread(): void {
    const worker = startWorker(this.model);
    const thread: Thread = { worker, portions: undefined };
    this.threads.add(thread);
    worker.on("message", (answer: WorkerAnswer) => this.receive(thread, answer));
    worker.on("error", (error) => {
      process.emitWarning(`a thread ended, fewer go on (${error.message})`, "KokeshiWarning");
    });
    worker.on("exit", () => {
      this.threads.delete(thread);
      for (const portion of thread.portions ?? []) portion.job.giveBack(portion);
    });
    if (this.jobs.size === 0) worker.unref();
  }

  private receive(thread: Thread, answer: WorkerAnswer): void {
    if (answer.kind === "ready") {
      thread.portions = [];
    } else {
      const portion = thread.portions?.shift() as Portion;
      if (answer.kind === "done") portion.job.finish(portion, answer);
      else portion.job.giveBack(portion);
    }
    this.feed(thread);
  }

  private feed({ worker, portions }: Thread): void {
    if (portions === undefined) return;
    for (const job of this.jobs) {
      while (portions.length < requestsAhead) {
        const portion = job.take();
        if (portion === undefined) break;
        portions.push(portion);
        const texts = joinTexts(job.texts.slice(portion.start, portion.end));
        worker.postMessage({ ...texts, vectors: job.vectorsOf(portion) } satisfies WorkerRequest);
      }
    }
  }
}

function joinTexts(texts: readonly string[]): JoinedTexts {
  const lengths = new Uint32Array(texts.length);
  for (let index = 0; index < texts.length; index++) lengths[index] = (texts[index] as string).length;
  return { joined: texts.join(""), lengths };
}
