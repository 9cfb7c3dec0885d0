import { availableParallelism } from "node:os";
import {
  Embeddings,
  InvalidArgumentError,
  type EmbedCall,
  type EmbeddingModel,
  type EmbedResult,
  type ModelDescription,
} from "@kokeshi/core";
import { embedPortion } from "../embed-portion.js";
import type { StaticModel } from "../static-model.js";
import { Job, leastPortion } from "./job.js";
import { WorkerPool } from "./worker-pool.js";

export interface ThreadOptions {
  /**
   * Threads that embed, the main thread included. "auto", the default: as many as the machine has processors, at most 8,
   * started once a model has embedded so much that starting them pays. A number of 2 or more starts them at the first
   * call that is large enough to share.
   */
  threads?: number | "auto";
}

/** The main thread hands texts out and copies vectors: beyond so many others it does little else. */
const mostAutomaticThreads = 8;

/** Components; what is smaller comes of calls that one thread does alone. */
const leastShared = 65_536;

/** UTF-16 units that a thread embeds in the time another takes to start. */
const lengthThatPays = 4_000_000;

/**
 * A static model that spreads large calls over threads. All work on one table in shared memory; each has a tokenizer of
 * its own. The main thread takes part, so small calls cost what they cost without threads, and large ones do not wait
 * for threads to start. Vectors are bit for bit those of one thread.
 *
 * The vectors of large calls lie in shared memory (a `Float32Array` on a `SharedArrayBuffer`), where all threads write them.
 * A few interfaces refuse such memory (structured clone with transfer, tensors of ONNX Runtime): `slice()` copies it.
 *
 * Idle threads do not keep the process alive. `close` ends them.
 *
 * A model whose table cannot be shared (Model2Vec with float64 weights) stays on the main thread.
 */
export function withThreads(model: StaticModel, { threads = "auto" }: ThreadOptions = {}): ThreadedModel {
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1)) {
    throw new InvalidArgumentError({
      part: "static-model",
      problem: `threads is ${threads}`,
      remedy: 'use a whole number of at least 1, or "auto"',
    });
  }
  return new ThreadedModel(model, threads);
}

/** Made by withThreads. */
export class ThreadedModel implements EmbeddingModel {
  readonly specificationVersion = "v1";
  readonly modelId: string;
  readonly dimensions: number;
  readonly normalized: boolean;
  readonly maxTokens: number | undefined;
  readonly prompts: Readonly<Record<string, string>>;
  readonly description: ModelDescription;
  /** Enough that threads seldom wait for the last of a batch; 16 MB of vectors, of up to 4,096 dimensions. */
  readonly batchSize: number | undefined;
  /** Threads that share large calls, the main thread included. */
  readonly threads: number;
  private readonly pool: WorkerPool | undefined;
  /** UTF-16 units to embed before the other threads start. */
  private lengthToStart: number;

  /** @internal */
  constructor(
    private readonly model: StaticModel,
    threads: number | "auto",
  ) {
    this.modelId = model.modelId;
    this.dimensions = model.dimensions;
    this.normalized = model.normalized;
    this.maxTokens = model.maxTokens;
    this.prompts = model.prompts;
    this.description = model.description;
    const { tokenMeans, tokenizerJson, trie, rules, normalize } = model.parts;
    const wanted = threads === "auto" ? Math.min(availableParallelism(), mostAutomaticThreads) : threads;
    this.threads = tokenMeans.shared === undefined ? 1 : wanted;
    this.lengthToStart = threads === "auto" ? lengthThatPays : 0;
    if (tokenMeans.shared !== undefined && wanted > 1) {
      this.batchSize = Math.max(1024, Math.floor(2 ** 22 / model.dimensions));
      this.pool = new WorkerPool(
        { table: tokenMeans.shared, tokenizerJson, trie, rules, normalize },
        wanted - 1,
      );
    }
  }

  async doEmbed(call: EmbedCall): Promise<EmbedResult> {
    if (this.pool === undefined) return this.model.doEmbed(call);
    let length = 0;
    for (const text of call.texts) length += text.length;
    this.lengthToStart -= length;
    if (length < 8 * leastPortion) return this.model.doEmbed(call);
    return this.embedTogether(this.pool, call, length);
  }

  /** Memory that threads share, where a call may be large enough for them. */
  allocate(length: number): Float32Array {
    return this.pool !== undefined && length >= leastShared ? sharedArray(length) : new Float32Array(length);
  }

  async close(): Promise<void> {
    await this.pool?.close();
    await this.model.close();
  }

  private async embedTogether(
    pool: WorkerPool,
    { texts, signal, output }: EmbedCall,
    length: number,
  ): Promise<EmbedResult> {
    const { dimensions } = this;
    if (this.lengthToStart <= 0) pool.start();
    const size = texts.length * dimensions;
    const vectors = output?.length === size && isShared(output) ? output : sharedArray(size);
    const job = new Job(texts, new Embeddings(vectors, dimensions), length, this.threads);
    pool.add(job);
    try {
      while (!job.isDone) {
        signal?.throwIfAborted();
        const portion = job.takeHere();
        if (portion === undefined) {
          await job.change(signal);
          continue;
        }
        const part = texts.slice(portion.start, portion.end);
        job.finish(portion, embedPortion(this.model.parts, part, job.vectorsOf(portion)));
        // The answers of the other threads, and their next portions.
        await new Promise((resolve) => setImmediate(resolve));
      }
      signal?.throwIfAborted();
      return job.result();
    } finally {
      pool.remove(job);
    }
  }
}

function sharedArray(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

function isShared({ buffer }: Float32Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}
