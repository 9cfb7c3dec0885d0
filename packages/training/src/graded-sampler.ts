import { DrawOrder } from "./draw-order.js";
import type { GradedSource } from "./graded-source.js";
import { SourceChoice } from "./source-choice.js";

export interface GradedBatch {
  source: GradedSource;
  /** The pairs of the batch, by index in the source. */
  pairs: Uint32Array;
}

/**
 * Draws batches of graded pairs, each from one source, for grades of different sources do not compare. Every pair of a
 * source is drawn once before any is drawn again.
 */
export class GradedSampler {
  readonly orders: readonly DrawOrder[];
  private readonly choice: SourceChoice;

  constructor(
    private readonly sources: readonly GradedSource[],
    private readonly batchSize: number,
    sourceExponent: number,
    private readonly random: () => number,
  ) {
    this.choice = new SourceChoice(sources, sourceExponent);
    this.orders = sources.map(({ pairs }) => new DrawOrder(pairs));
  }

  next(): GradedBatch {
    const chosen = this.choice.next(this.random);
    const source = this.sources[chosen] as GradedSource;
    const order = this.orders[chosen] as DrawOrder;
    const pairs = new Uint32Array(Math.min(this.batchSize, source.pairs));
    for (let filled = 0; filled < pairs.length; filled++)
      pairs[filled] = order.take(order.place(this.random));
    return { source, pairs };
  }
}
