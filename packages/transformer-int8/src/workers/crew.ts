import type { EncoderPlan } from "../encoder/encoder-plan.js";
import { EncoderThread } from "./encoder-thread.js";
import type { EncodingJob } from "./encoding-job.js";
import type { Layout } from "./layout.js";

/**
 * The threads of one layout. The first opens with the crew, the others when batches wait; one that crashes is replaced
 * when next it is missed. Calls take turns batch by batch, so that a short one need not wait for a long one.
 *
 * Threads keep the process alive only while there are calls.
 */
export class Crew {
  readonly #threads = new Set<EncoderThread>();
  /** Calls under way; the next batch is the first one's. */
  readonly #jobs = new Set<EncodingJob>();
  #dimensions = 0;
  #isClosed = false;
  /** Fewer than the layout has, once one could not open. */
  #mostThreads: number;

  private constructor(
    private readonly plan: EncoderPlan,
    readonly layout: Layout,
  ) {
    this.#mostThreads = layout.workers;
  }

  static async open(plan: EncoderPlan, layout: Layout): Promise<Crew> {
    const crew = new Crew(plan, layout);
    const first = crew.#start();
    first.keepAlive(true);
    crew.#dimensions = await first.opened;
    first.keepAlive(crew.#jobs.size > 0);
    return crew;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  /** Resolves when all threads are open. */
  async openAll(): Promise<void> {
    while (this.#threads.size < this.layout.workers) this.#start();
    await Promise.all(
      Array.from(this.#threads, async (thread) => {
        thread.keepAlive(true);
        await thread.opened;
        thread.keepAlive(this.#jobs.size > 0);
      }),
    );
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    while (this.#jobs.size > 0) await Promise.allSettled(Array.from(this.#jobs, ({ result }) => result));
  }

  /** Resolves or rejects as `job.result` does; an abort drops what waits. */
  async encode(job: EncodingJob, signal?: AbortSignal): Promise<Float32Array> {
    const abort = () => job.fail(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#jobs.add(job);
    if (this.#jobs.size === 1) this.#keepAlive(true);
    this.#feed();
    try {
      return await job.result;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#jobs.delete(job);
      if (this.#jobs.size === 0) this.#keepAlive(false);
    }
  }

  /** Fails the calls under way; resolves when the threads have ended, after the batches that they are at. */
  async close(reason: unknown): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#jobs) job.fail(reason);
    await Promise.all(Array.from(this.#threads, (thread) => thread.close()));
  }

  #start(): EncoderThread {
    const { plan, layout } = this;
    const thread = new EncoderThread({ plan, threads: layout.threads }, () => this.#feed());
    this.#threads.add(thread);
    thread.keepAlive(this.#jobs.size > 0);
    void thread.ended.then(() => {
      this.#threads.delete(thread);
      this.#feed();
    });
    thread.opened.catch((error: unknown) => this.#loseThread(thread, error));
    return thread;
  }

  /** A thread that could not open: the others go on without, and if there is none, nobody will do the work. */
  #loseThread(thread: EncoderThread, error: unknown): void {
    this.#threads.delete(thread);
    this.#mostThreads = Math.max(1, this.#threads.size);
    if (this.#threads.size > 0) return;
    for (const job of this.#jobs) job.fail(error);
  }

  #feed(): void {
    if (this.#isClosed) return;
    for (;;) {
      const job = this.#nextJob();
      if (job === undefined) return;
      const thread = this.#freeThread();
      if (thread === undefined) break;
      const batch = job.take();
      if (batch === undefined) return;
      thread.give(batch);
      // To the end of the turns.
      this.#jobs.delete(job);
      this.#jobs.add(job);
    }
    if (this.#threads.size < this.#mostThreads) this.#start();
  }

  #nextJob(): EncodingJob | undefined {
    for (const job of this.#jobs) if (job.hasWaiting) return job;
    return undefined;
  }

  /** The one with the least to do. */
  #freeThread(): EncoderThread | undefined {
    let free: EncoderThread | undefined;
    for (const thread of this.#threads) {
      if (thread.hasRoom && (free === undefined || thread.load < free.load)) free = thread;
    }
    return free;
  }

  #keepAlive(isNeeded: boolean): void {
    for (const thread of this.#threads) thread.keepAlive(isNeeded);
  }
}
