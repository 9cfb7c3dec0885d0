import type { TermFrequency } from "@kokeshi/static-model";
import { meanOfRows } from "./mean-of-rows.js";
import type { PairSource } from "./pair-source.js";
import { withTermFrequency } from "./with-term-frequency.js";

/** Columns of the table that decide who is alike: more make no better groups. */
const columns = 64;

/**
 * Groups of pairs that are alike, for batches whose negatives are hard to tell from the positives: the topic-aware
 * sampling of Hofstätter et al. 2021 (https://arxiv.org/abs/2104.06967), with random projections in place of k-means.
 */
export class NeighbourGroups {
  /** The pairs of each source in an order in which neighbours are alike. */
  private readonly orders: readonly Uint32Array[];

  /**
   * @param table row-major vectors of the tokens, by whose means pairs are alike
   * @param dimensions columns of `table`
   * @param groupSize pairs in a group
   * @param share of a batch that comes from groups
   */
  constructor(
    sources: readonly PairSource[],
    table: Float32Array,
    dimensions: number,
    private readonly groupSize: number,
    private readonly share: number,
    random: () => number,
    termFrequency?: TermFrequency,
  ) {
    const kept = Math.min(columns, dimensions);
    const narrow = new Float32Array((table.length / dimensions) * kept);
    for (let row = 0; row * dimensions < table.length; row++)
      narrow.set(table.subarray(row * dimensions, row * dimensions + kept), row * kept);
    this.orders = sources.map((source) =>
      orderByLikeness(vectorsOfPairs(source, narrow, kept, termFrequency), kept, groupSize, random),
    );
  }

  /** Candidates for the groups' share of a batch of `size` pairs of a source; some may come twice. */
  *draw(source: number, size: number, random: () => number): Generator<number> {
    const order = this.orders[source] as Uint32Array;
    let wanted = Math.round(this.share * size);
    while (wanted > 0) {
      const first = Math.floor(random() * Math.max(1, order.length - this.groupSize + 1));
      const group = order.subarray(first, first + Math.min(this.groupSize, wanted));
      yield* group;
      wanted -= group.length;
    }
  }
}

/** The sum of the unit vectors of both sides, a row for each pair. */
function vectorsOfPairs(
  source: PairSource,
  table: Float32Array,
  dimensions: number,
  termFrequency?: TermFrequency,
): Float32Array {
  const all = Uint32Array.from({ length: source.pairs }, (_, pair) => pair);
  const vectors = new Float32Array(source.pairs * dimensions);
  const means = new Float32Array(vectors.length);
  for (const side of [source.anchors, source.positives]) {
    meanOfRows(table, dimensions, withTermFrequency(side, termFrequency), all, means);
    for (let start = 0; start < means.length; start += dimensions) {
      let squares = 1e-12;
      for (let k = start; k < start + dimensions; k++) squares += (means[k] as number) ** 2;
      const scale = 1 / Math.sqrt(squares);
      for (let k = start; k < start + dimensions; k++)
        vectors[k] = (vectors[k] as number) + (means[k] as number) * scale;
    }
  }
  return vectors;
}

/**
 * A random projection tree (Dasgupta and Freund 2008), read from left to right: a part is halved at the median of its
 * members along the line through two of them, until it has at most `leaf` members.
 */
function orderByLikeness(
  vectors: Float32Array,
  dimensions: number,
  leaf: number,
  random: () => number,
): Uint32Array {
  const order = Uint32Array.from({ length: vectors.length / dimensions }, (_, row) => row);
  const places = new Float32Array(order.length);
  const line = new Float32Array(dimensions);
  const halve = (part: Uint32Array): void => {
    if (part.length <= leaf) return;
    const [from, to] = [0, 0].map(() => (part[Math.floor(random() * part.length)] as number) * dimensions);
    for (let k = 0; k < dimensions; k++)
      line[k] = (vectors[(to as number) + k] as number) - (vectors[(from as number) + k] as number);
    for (const row of part) {
      let place = 0;
      for (let k = 0; k < dimensions; k++)
        place += (line[k] as number) * (vectors[row * dimensions + k] as number);
      places[row] = place;
    }
    part.sort((one, other) => (places[one] as number) - (places[other] as number));
    const middle = part.length >> 1;
    halve(part.subarray(0, middle));
    halve(part.subarray(middle));
  };
  halve(order);
  return order;
}
