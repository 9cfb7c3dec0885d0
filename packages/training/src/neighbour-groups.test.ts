import type { TermFrequency } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { BatchSampler } from "./batch-sampler.js";
import { NeighbourGroups } from "./neighbour-groups.js";
import { pairSource, type PairSource } from "./pair-source.js";
import { createNormalRandom, createRandom } from "./random.js";
import type { TokenRows } from "./token-rows.js";

const topics = 8;
const tokensOfTopic = 100;
const dimensions = 6;

/** Tokens of one topic lie around one point. */
function topicTable(seed: number): Float32Array {
  const normal = createNormalRandom(createRandom(seed));
  const centres = Float32Array.from({ length: topics * dimensions }, () => 3 * normal());
  return Float32Array.from({ length: topics * tokensOfTopic * dimensions }, (_, k) => {
    const topic = Math.floor(k / dimensions / tokensOfTopic);
    return (centres[topic * dimensions + (k % dimensions)] as number) + normal();
  });
}

const topicOf = (pair: number): number => pair % topics;

/** Pairs of one-token texts, pair i of topic i mod 8; no text comes twice. */
function topicPairs(): PairSource {
  const pairs = (topics * tokensOfTopic) / 2;
  const starts = Uint32Array.from({ length: pairs + 1 }, (_, index) => index);
  const side = (offset: number) => ({
    starts,
    ids: Uint32Array.from(
      { length: pairs },
      (_, pair) => topicOf(pair) * tokensOfTopic + 2 * Math.floor(pair / topics) + offset,
    ),
  });
  return pairSource("topics", side(0), side(1));
}

/** Texts of five tokens of the pair's topic and thirty times one token of any topic. */
function repetitivePairs(): PairSource {
  const random = createRandom(4);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pairs = topics * 50;
  const side = (): TokenRows => ({
    starts: Uint32Array.from({ length: pairs + 1 }, (_, index) => 35 * index),
    ids: Uint32Array.from(
      Array.from({ length: pairs }, (_, pair) => [
        ...Array.from({ length: 5 }, () => topicOf(pair) * tokensOfTopic + below(tokensOfTopic)),
        ...Array<number>(30).fill(below(topics * tokensOfTopic)),
      ]).flat(),
    ),
  });
  return pairSource("repetitive", side(), side());
}

/** Share of the pairs drawn whose neighbour is of the same topic. */
function sameTopic(alike: NeighbourGroups): number {
  const random = createRandom(3);
  let same = 0;
  let neighbours = 0;
  for (let batch = 0; batch < 40; batch++) {
    const drawn = [...alike.draw(0, 25, random)];
    expect(new Set(drawn).size).toBe(25);
    for (let k = 1; k < drawn.length; k++, neighbours++)
      if (topicOf(drawn[k] as number) === topicOf(drawn[k - 1] as number)) same++;
  }
  return same / neighbours;
}

function groups(groupSize: number, share: number): NeighbourGroups {
  return new NeighbourGroups([topicPairs()], topicTable(1), dimensions, groupSize, share, createRandom(2));
}

describe("NeighbourGroups", () => {
  it("puts pairs together whose vectors are alike", () => {
    // By chance it would be one in eight.
    expect(sameTopic(groups(25, 1))).toBeGreaterThan(0.6);
  });

  it("goes by the vectors of the term frequency", () => {
    const share = (termFrequency: TermFrequency): number =>
      sameTopic(
        new NeighbourGroups(
          [repetitivePairs()],
          topicTable(1),
          dimensions,
          25,
          1,
          createRandom(2),
          termFrequency,
        ),
      );
    expect(share("sublinear")).toBeGreaterThan(2 * share("linear"));
  });

  it("gives its share of a batch, in whole groups and the beginning of one", () => {
    expect([...groups(16, 0.5).draw(0, 80, createRandom(1))]).toHaveLength(40);
    expect([...groups(1000, 1).draw(0, 80, createRandom(1))]).toHaveLength(80);
  });

  it("leaves batches of different texts, filled up at random", () => {
    const sampler = new BatchSampler([topicPairs()], 100, 1, createRandom(5), groups(10, 0.5));
    for (let batch = 0; batch < 20; batch++) {
      const { pairs } = sampler.next();
      expect(pairs).toHaveLength(100);
      expect(new Set(pairs).size).toBe(100);
    }
  });
});
