import { Embeddings, eventLoopTurns } from "@kokeshi/core";
import type { Encoder, TokenBatch } from "@kokeshi/transformer-int8";
import { meanCosine } from "./quantization-objective.js";

/** Tokens of a batch: what `@kokeshi/transformer-int8` gives a graph, too. */
const tokenBudget = 512;
/** A pass is repeated until float32 takes so long: below that the clock says little. */
const leastMilliseconds = 20;
const rounds = 5;

/**
 * A few texts with their float32 vectors: what fidelity and speed of every candidate are measured on, on the calling
 * thread.
 */
export class ReferenceSample {
  private constructor(
    private readonly reference: Encoder,
    private readonly batches: readonly TokenBatch[],
    private readonly expected: Embeddings,
    /** Passes over the texts that make one measurement. */
    private readonly passes: number,
  ) {}

  /** Of an encoder that stays open, and of texts that are not empty. */
  static async open(
    reference: Encoder,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReferenceSample> {
    const batches = batchesOfLikeLength(reference, texts);
    const expected = await vectorsOf(reference, batches, signal);
    const milliseconds = await measure(reference, batches, expected, 1);
    const passes = Math.ceil(leastMilliseconds / Math.max(milliseconds, 0.1));
    return new ReferenceSample(reference, batches, expected, passes);
  }

  /** The mean cosine of the candidate's vectors to those of float32. */
  async fidelity(candidate: Encoder, signal?: AbortSignal): Promise<number> {
    return meanCosine(await vectorsOf(candidate, this.batches, signal), this.expected);
  }

  /**
   * How many times as fast as float32: the processor's time of both in turns, the median of the ratios. Processor time, so
   * that other work of the machine counts little.
   */
  async speedup(candidate: Encoder, signal?: AbortSignal): Promise<number> {
    const { reference, batches, passes } = this;
    const out = Embeddings.zeros(this.expected.rows, candidate.dimensions);
    const ratios: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      signal?.throwIfAborted();
      const float = await measure(reference, batches, out, passes);
      const quantized = await measure(candidate, batches, out, passes);
      // The first round warms both up.
      if (round > 0) ratios.push(float / quantized);
    }
    return ratios.sort((a, b) => a - b)[rounds >> 1] as number;
  }
}

function batchesOfLikeLength(encoder: Encoder, texts: readonly string[]): TokenBatch[] {
  const { offsets } = encoder.tokenize(texts);
  const length = (index: number): number => (offsets[index + 1] as number) - (offsets[index] as number);
  const order = texts.map((_, index) => index).sort((a, b) => length(a) - length(b));
  const sorted = encoder.tokenize(order.map((index) => texts[index] as string));
  const batches: TokenBatch[] = [];
  let first = 0;
  for (let end = 1; end <= texts.length; end++) {
    // Ascending: the text that would join is the longest.
    const isFull = end < texts.length && (end + 1 - first) * length(order[end] as number) > tokenBudget;
    if (end < texts.length && !isFull) continue;
    batches.push({ ids: sorted.ids, offsets: sorted.offsets.subarray(first, end + 1) });
    first = end;
  }
  return batches;
}

async function vectorsOf(
  encoder: Encoder,
  batches: readonly TokenBatch[],
  signal: AbortSignal | undefined,
): Promise<Embeddings> {
  const rows = batches.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
  const vectors = Embeddings.zeros(rows, encoder.dimensions);
  const nextTurn = eventLoopTurns();
  let row = 0;
  for (const batch of batches) {
    await nextTurn();
    signal?.throwIfAborted();
    row += await encodeInto(encoder, batch, vectors, row);
  }
  return vectors;
}

/** Milliseconds of the processor for so many passes. */
async function measure(
  encoder: Encoder,
  batches: readonly TokenBatch[],
  out: Embeddings,
  passes: number,
): Promise<number> {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) {
    let row = 0;
    for (const batch of batches) row += await encodeInto(encoder, batch, out, row);
  }
  const { user, system } = process.cpuUsage(before);
  return Math.max((user + system) / 1000, 0.001);
}

async function encodeInto(
  encoder: Encoder,
  batch: TokenBatch,
  out: Embeddings,
  row: number,
): Promise<number> {
  const rows = batch.offsets.length - 1;
  await encoder.encode(batch, out.data.subarray(row * out.dimensions, (row + rows) * out.dimensions));
  return rows;
}
