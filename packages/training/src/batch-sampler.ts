import { InvalidArgumentError } from "@kokeshi/core";
import type { PairSource } from "./pair-source.js";

export interface Batch {
  source: PairSource;
  /** The pairs of the batch, by index in the source. */
  pairs: Uint32Array;
}

/**
 * Draws batches. Each comes from one source, because negatives from another domain are too easy; the source is chosen
 * with a probability proportional to (its pairs)^exponent. No text occurs twice in a batch: it would be its own negative.
 * As far as that allows, every pair of a source is drawn once before any is drawn again.
 */
export class BatchSampler {
  private readonly cumulative: number[] = [];
  private readonly orders: Uint32Array[];
  private readonly cursors: number[];

  constructor(
    private readonly sources: readonly PairSource[],
    private readonly batchSize: number,
    sourceExponent: number,
    private readonly random: () => number,
  ) {
    let total = 0;
    for (const source of sources) this.cumulative.push((total += source.pairs ** sourceExponent));
    this.orders = sources.map(({ pairs }) => Uint32Array.from({ length: pairs }, (_, index) => index));
    this.cursors = sources.map(() => 0);
  }

  /** Smaller than the batch size only where the source has too few different texts. */
  next(): Batch {
    const point = this.random() * (this.cumulative.at(-1) as number);
    const chosen = this.cumulative.findIndex((limit) => point < limit);
    const source = this.sources[chosen] as PairSource;
    const order = this.orders[chosen] as Uint32Array;
    const pairs = new Uint32Array(Math.min(this.batchSize, source.pairs));
    const texts = new Set<number>();
    let filled = 0;
    let cursor = this.cursors[chosen] as number;
    // Fisher and Yates, one draw at a time. A pair that repeats a text stays in the undrawn part for a later batch.
    for (let misses = 0; filled < pairs.length && misses < 4 * this.batchSize;) {
      if (cursor === order.length) cursor = 0;
      const drawn = cursor + Math.floor(this.random() * (order.length - cursor));
      const pair = order[drawn] as number;
      const anchor = source.anchorHashes[pair] as number;
      const positive = source.positiveHashes[pair] as number;
      if (anchor === positive || texts.has(anchor) || texts.has(positive)) {
        misses++;
        // What is left of this round repeats the batch: begin the next round.
        if (order.length - cursor < misses) cursor = 0;
        continue;
      }
      texts.add(anchor).add(positive);
      order[drawn] = order[cursor] as number;
      order[cursor++] = pair;
      pairs[filled++] = pair;
    }
    if (filled === 0) {
      throw new InvalidArgumentError({
        part: "training",
        problem: `no pair of the source ${source.name} has two different texts`,
        remedy: "leave the source out",
      });
    }
    this.cursors[chosen] = cursor;
    return { source, pairs: pairs.subarray(0, filled) };
  }
}
