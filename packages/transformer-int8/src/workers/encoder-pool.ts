import { stat } from "node:fs/promises";
import { InvalidArgumentError } from "@kokeshi/core";
import type { EncoderPlan } from "../encoder/encoder-plan.js";
import type { TokenizedTexts } from "../encoder/encoder.js";
import { part } from "../invalid-model.js";
import { planBatches } from "../planner/plan-batches.js";
import { Crew } from "./crew.js";
import { EncodingJob } from "./encoding-job.js";
import { fastestCrew } from "./fastest-crew.js";
import { possibleLayouts, thisMachine, type Layout, type LayoutOptions } from "./layout.js";

export interface EncoderPoolOptions extends LayoutOptions {
  /**
   * Tokens of a batch, padding included. Larger batches leave the processor's cache: 512 (the default) is as fast per
   * token as 2,048 or faster. With 1, every text goes through the graph alone, and even a graph with dynamic INT8 gives
   * a text the same vector in every call.
   */
  tokenBudget?: number;
}

export interface EncodeCall {
  signal?: AbortSignal;
  /** Tokens at the start of every text that pooling leaves out. Default: 0. */
  promptTokens?: number;
  /** `texts * dimensions` components in which the caller wants the vectors. */
  output?: Float32Array;
}

/** Batches as fast as larger ones, and short enough to take turns. */
const defaultTokenBudget = 512;

/** Tokens under way at once that make it worth a second to measure: about two seconds of a small model on one thread. */
const tokensThatPay = 16_384;

/**
 * Token ids to vectors on threads of their own, so that the event loop is free: ONNX Runtime blocks the thread that
 * calls it. Vectors do not depend on the number of threads.
 */
export class EncoderPool {
  /** Columns of the vectors. */
  readonly dimensions: number;
  #crew: Crew;
  /** While layouts are measured. */
  #choice: Promise<void> | undefined;
  #isChosen: boolean;
  #tokensUnderWay = 0;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly plan: EncoderPlan,
    crew: Crew,
    private readonly layouts: readonly Layout[],
    private readonly tokenBudget: number,
  ) {
    this.#crew = crew;
    this.dimensions = crew.dimensions;
    this.#isChosen = layouts.length === 1;
  }

  /**
   * Opens the graph in a first thread. Throws InvalidArgumentError for an option out of range, and what opening the
   * graph throws.
   */
  static async open(plan: EncoderPlan, options: EncoderPoolOptions = {}): Promise<EncoderPool> {
    const { tokenBudget = defaultTokenBudget } = options;
    if (!(Number.isInteger(tokenBudget) && tokenBudget >= 1)) {
      throw new InvalidArgumentError({
        part,
        problem: `tokenBudget is ${tokenBudget}`,
        remedy: "use a whole number of at least 1",
      });
    }
    const layouts = possibleLayouts(options, thisMachine(), await bytesOf(plan));
    const crew = await Crew.open(plan, layouts[0] as Layout);
    return new EncoderPool(plan, crew, layouts, tokenBudget);
  }

  /** Whether every text goes through the graph alone. */
  get isOneByOne(): boolean {
    return this.tokenBudget === 1;
  }

  /** Workers and threads at present. */
  get layout(): Layout {
    return this.#crew.layout;
  }

  /**
   * One vector a text, in the order of the texts. Rejects with `signal.reason` when aborted, with WorkerCrashedError when
   * a thread ends in the middle, and with InvalidArgumentError once the pool is closed.
   */
  async encode(
    tokens: Pick<TokenizedTexts, "ids" | "offsets">,
    { signal, promptTokens = 0, output }: EncodeCall = {},
  ): Promise<Float32Array> {
    const { dimensions, tokenBudget } = this;
    const { offsets } = tokens;
    const texts = offsets.length - 1;
    const lengths = Uint32Array.from(
      { length: texts },
      (_, text) => (offsets[text + 1] as number) - (offsets[text] as number),
    );
    const batches = planBatches(lengths, { tokenBudget });
    const vectors = output?.length === texts * dimensions ? output : new Float32Array(texts * dimensions);
    this.#tokensUnderWay += tokens.ids.length;
    try {
      if (!this.#isChosen && this.#tokensUnderWay >= tokensThatPay) this.#choice ??= this.#chooseLayout();
      while (this.#choice !== undefined) await unlessAborted(this.#choice, signal);
      signal?.throwIfAborted();
      if (this.#closing !== undefined) throw this.#closedError();
      return await this.#crew.encode(
        new EncodingJob(tokens, batches, dimensions, vectors, promptTokens),
        signal,
      );
    } finally {
      this.#tokensUnderWay -= tokens.ids.length;
    }
  }

  /** Rejects the calls under way; resolves when the threads have ended, each after the batch that it is at. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#choice;
      await this.#crew.close(this.#closedError());
    })();
    return this.#closing;
  }

  async #chooseLayout(): Promise<void> {
    try {
      await this.#crew.idle();
      if (this.#closing === undefined) this.#crew = await fastestCrew(this.plan, this.#crew, this.layouts);
    } finally {
      this.#isChosen = true;
      this.#choice = undefined;
    }
  }

  #closedError(): InvalidArgumentError {
    return new InvalidArgumentError({
      part,
      problem: `${this.plan.modelId} is closed`,
      remedy: "load the model again",
    });
  }
}

/** Settles as the promise does, or rejects with `signal.reason` before. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What each worker reads into memory; a graph from the cache is mapped, and shared. */
async function bytesOf({ graph: { source, externalData = [], optimized } }: EncoderPlan): Promise<number> {
  if (typeof source !== "string") {
    return externalData.reduce((total, { data }) => total + data.length, source.length);
  }
  return optimized ? 0 : (await stat(source)).size;
}
