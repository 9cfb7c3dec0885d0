import type { TokenizedTexts } from "../encoder/encoder.js";
import { gatherBatch } from "../planner/gather-batch.js";
import type { EncodeRequest } from "./messages.js";

/** Texts of a call that go through the graph together. */
export interface JobBatch {
  job: EncodingJob;
  /** Which texts. */
  indices: Uint32Array;
}

/** One call: its batches, and where their vectors go. */
export class EncodingJob {
  /** The vectors, `dimensions` components a text, in the order of the texts. */
  readonly result: Promise<Float32Array>;
  #resolve!: (vectors: Float32Array) => void;
  #reject!: (reason: unknown) => void;
  readonly #waiting: Uint32Array[];
  #textsLeft: number;
  #isOver = false;

  constructor(
    private readonly tokens: Pick<TokenizedTexts, "ids" | "offsets">,
    /** Indices of the texts of each batch; see planBatches. */
    batches: readonly Uint32Array[],
    private readonly dimensions: number,
    private readonly output: Float32Array,
    private readonly promptTokens: number,
  ) {
    this.#waiting = batches.slice().reverse();
    this.#textsLeft = tokens.offsets.length - 1;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits for the result gets the error; nobody else need know.
    this.result.catch(() => {});
    if (this.#textsLeft === 0) this.#finish();
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  take(): JobBatch | undefined {
    const indices = this.#waiting.pop();
    return indices && { job: this, indices };
  }

  /** A batch that a thread did not begin. */
  giveBack({ indices }: JobBatch): void {
    if (!this.#isOver) this.#waiting.push(indices);
  }

  requestFor({ indices }: JobBatch): EncodeRequest {
    return { kind: "encode", ...gatherBatch(this.tokens, indices), promptTokens: this.promptTokens };
  }

  finishBatch({ indices }: JobBatch, vectors: Float32Array): void {
    if (this.#isOver) return;
    const { dimensions, output } = this;
    for (let row = 0; row < indices.length; row++) {
      const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
      output.set(vector, (indices[row] as number) * dimensions);
    }
    this.#textsLeft -= indices.length;
    if (this.#textsLeft === 0) this.#finish();
  }

  /** Drops what waits. What a thread is at comes to nothing. */
  fail(reason: unknown): void {
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#reject(reason);
  }

  #finish(): void {
    this.#isOver = true;
    this.#resolve(this.output);
  }
}
