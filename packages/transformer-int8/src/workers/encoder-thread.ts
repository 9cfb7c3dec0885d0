import type { Worker } from "node:worker_threads";
import type { JobBatch } from "./encoding-job.js";
import { rebuildError } from "./carried-error.js";
import { requestsAhead, type WorkerAnswer, type WorkerRequest, type WorkerStart } from "./messages.js";
import { closeGate, createGate, watchGate } from "./native-gate.js";
import { startWorker } from "./start-worker.js";
import { WorkerCrashedError } from "./worker-crashed-error.js";

/** A thread with a graph of its own, seen from the main thread. */
export class EncoderThread {
  /** Columns of the vectors, once the graph is open; rejects where it cannot be opened. */
  readonly opened: Promise<number>;
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #gate = createGate();
  /** What it was given, in order. */
  readonly #batches: JobBatch[] = [];
  #isOpen = false;
  #isClosing = false;

  /** @param onChange called when the thread can take a batch */
  constructor(start: Omit<WorkerStart, "gate">, onChange: () => void) {
    const worker = startWorker("encoder-worker", { ...start, gate: this.#gate } satisfies WorkerStart);
    this.#worker = worker;
    const endWatch = watchGate(this.#gate);
    let failure: Error | undefined;
    worker.on("error", (error) => (failure = error));
    this.ended = new Promise((resolve) => {
      worker.on("exit", (code) => {
        endWatch();
        this.#isClosing = true;
        this.#loseBatches(failure?.message ?? `exit code ${code}`, failure);
        resolve();
      });
    });
    this.opened = new Promise((resolve, reject) => {
      worker.on("message", (answer: WorkerAnswer) => {
        if (answer.kind === "opened") {
          this.#isOpen = true;
          resolve(answer.dimensions);
        } else if (this.#isOpen) this.#receive(answer);
        else if (answer.kind === "failed") reject(rebuildError(answer.error));
        onChange();
      });
      worker.on("exit", (code) =>
        reject(
          new WorkerCrashedError(failure?.message ?? `exit code ${code}, before its graph was open`, failure),
        ),
      );
    });
    this.opened.catch(() => {});
  }

  /** Whether it can take another batch. */
  get hasRoom(): boolean {
    return this.#isOpen && !this.#isClosing && this.#batches.length < requestsAhead;
  }

  /** Batches it was given and has not done. */
  get load(): number {
    return this.#batches.length;
  }

  give(batch: JobBatch): void {
    const request = batch.job.requestFor(batch);
    this.#batches.push(batch);
    this.#post(request, [request.ids.buffer, request.offsets.buffer]);
  }

  /** Whether the thread keeps the process alive. */
  keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread, after the batch that it is at: ONNX Runtime cannot be interrupted. */
  async close(): Promise<void> {
    this.#isClosing = true;
    closeGate(this.#gate);
    this.#worker.ref();
    this.#post({ kind: "close" });
    await this.ended;
  }

  #post(request: WorkerRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #receive(answer: Exclude<WorkerAnswer, { kind: "opened" }>): void {
    const batch = this.#batches.shift();
    if (answer.kind === "encoded") batch?.job.finishBatch(batch, answer.vectors);
    else batch?.job.fail(rebuildError(answer.error));
  }

  /** The first batch was under way and may be what the thread died of; the others go back. */
  #loseBatches(reason: string, cause: Error | undefined): void {
    const [first, ...others] = this.#batches.splice(0);
    first?.job.fail(new WorkerCrashedError(reason, cause));
    for (const batch of others) batch.job.giveBack(batch);
  }
}
