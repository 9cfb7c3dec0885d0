import { InvalidArgumentError } from "@kokeshi/core";
import { DrawOrder } from "./draw-order.js";
import type { NeighbourGroups } from "./neighbour-groups.js";
import type { PairSource } from "./pair-source.js";
import { SourceChoice } from "./source-choice.js";

export interface Batch {
  source: PairSource;
  /** The pairs of the batch, by index in the source. */
  pairs: Uint32Array;
  /** Those of them whose explicit negative counts. */
  negatives: Uint32Array;
}

/**
 * Draws batches. Each comes from one source, because negatives from another domain are too easy; the source is chosen
 * with a probability proportional to weight * (its pairs)^exponent. No text occurs twice in a batch: it would be its own
 * negative. As far as that allows, every pair of a source is drawn once before any is drawn again; those that come from
 * `neighbours` do not count.
 */
export class BatchSampler {
  /** One a source. Together with the random numbers they are the state of the sampler. */
  readonly orders: readonly DrawOrder[];
  private readonly choice: SourceChoice;

  constructor(
    private readonly sources: readonly PairSource[],
    private readonly batchSize: number,
    sourceExponent: number,
    private readonly random: () => number,
    private readonly neighbours?: NeighbourGroups,
  ) {
    this.choice = new SourceChoice(sources, sourceExponent);
    this.orders = sources.map(({ pairs }) => new DrawOrder(pairs));
  }

  /** Smaller than the batch size only where the source has too few different texts. */
  next(): Batch {
    const chosen = this.choice.next(this.random);
    const source = this.sources[chosen] as PairSource;
    const order = this.orders[chosen] as DrawOrder;
    const pairs = new Uint32Array(Math.min(this.batchSize, source.pairs));
    const texts = new Set<number>();
    let filled = 0;
    const add = (pair: number): boolean => {
      const anchor = source.anchorHashes[pair] as number;
      const positive = source.positiveHashes[pair] as number;
      if (anchor === positive || texts.has(anchor) || texts.has(positive)) return false;
      texts.add(anchor).add(positive);
      pairs[filled++] = pair;
      return true;
    };
    for (const pair of this.neighbours?.draw(chosen, pairs.length, this.random) ?? []) add(pair);
    // A pair that repeats a text stays in the undrawn part for a later batch.
    for (let misses = 0; filled < pairs.length && misses < 4 * this.batchSize;) {
      const place = order.place(this.random);
      if (add(order.members[place] as number)) {
        order.take(place);
        continue;
      }
      misses++;
      // What is left of this round repeats the batch: begin the next round.
      if (order.left < misses) order.beginRound();
    }
    if (filled === 0) {
      throw new InvalidArgumentError({
        part: "training",
        problem: `no pair of the source ${source.name} has two different texts`,
        remedy: "leave the source out",
      });
    }
    const drawn = pairs.subarray(0, filled);
    return { source, pairs: drawn, negatives: negativesOf(source, drawn, texts) };
  }
}

/** An explicit negative that is a text of the batch, or another's negative, is there already. */
function negativesOf(
  { negatives, negativeHashes }: PairSource,
  pairs: Uint32Array,
  texts: Set<number>,
): Uint32Array {
  if (negatives === undefined || negativeHashes === undefined) return new Uint32Array(0);
  return pairs.filter((pair) => {
    const hash = negativeHashes[pair] as number;
    if (negatives.starts[pair] === negatives.starts[pair + 1] || texts.has(hash)) return false;
    texts.add(hash);
    return true;
  });
}
