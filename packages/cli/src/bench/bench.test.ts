import { describe, expect, it } from "vitest";
import { alternate, median, ratioOf } from "./alternate.js";
import { benchLatencies, benchRows, benchTable } from "./bench-report.js";
import { textsOfTokens } from "./texts-of-tokens.js";

const signal = new AbortController().signal;
const timing = (...rounds: number[]) => ({ rounds, processorMilliseconds: 1 });

describe("alternate", () => {
  it("lets everybody run in every round, and begin in turn", async () => {
    const order: string[] = [];
    const contestant = (name: string) => ({
      run: async () => {
        if (order.at(-1) !== name) order.push(name);
        const until = performance.now() + 25;
        while (performance.now() < until);
      },
    });
    const timings = await alternate([contestant("a"), contestant("b"), contestant("c")], {
      milliseconds: 0,
      leastRounds: 4,
      signal,
    });
    // First each warms up, then come the rounds; equal neighbours are noted once.
    expect(order.join("")).toBe("abcabcbcacababc");
    expect(timings.map(({ rounds }) => rounds.length)).toEqual([4, 4, 4]);
  });

  it("stops when aborted", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const run = async () => controller.abort(reason);
    await expect(
      alternate([{ run }], { milliseconds: 1e9, leastRounds: 1, signal: controller.signal }),
    ).rejects.toBe(reason);
  });
});

it("ratios are medians of those of the rounds", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  // Every round was slower than the one before, for both.
  expect(ratioOf(timing(1, 2, 4), timing(3, 6, 12))).toBe(3);
});

it.each([1, 7, 128])("texts have at most %i tokens, and one word more would be too much", (tokens) => {
  // A token a character, one before and one after.
  const tokenizer = { encode: (text: string) => new Uint32Array(text.length + 2) };
  const texts = textsOfTokens(tokenizer, tokens, 8);
  expect(texts.map((text) => text.length)).toEqual(new Array(8).fill(Math.max(0, tokens - 2)));
  if (tokens > 7) expect(new Set(texts).size).toBe(8);
});

describe("the report", () => {
  const contestants = [1, 2].flatMap((threads) =>
    ["float32", "int8"].map((precision) => ({ precision, threads })),
  );
  const cells = [
    { tokens: 32, batchSize: 1, timings: [timing(12, 10, 11), timing(4, 5, 4), timing(8), timing(2)] },
  ];

  it("sets INT8 beside float32, and two threads beside one", () => {
    expect(benchRows(contestants, cells)).toEqual([
      {
        what: "32 tokens, batch 1, int8, 1 thread",
        ours: 4,
        peer: 11,
        peerName: "float32, 1 thread",
        ratio: 2.75,
      },
      {
        what: "32 tokens, batch 1, float32, 2 threads",
        ours: 8,
        peer: 11,
        peerName: "float32, 1 thread",
        ratio: 1.5,
      },
      { what: "32 tokens, batch 1, int8, 2 threads", ours: 2, peer: 4, peerName: "int8, 1 thread", ratio: 2 },
      {
        what: "32 tokens, batch 1, int8, 2 threads",
        ours: 2,
        peer: 8,
        peerName: "float32, 2 threads",
        ratio: 4,
      },
    ]);
    expect(benchLatencies(contestants, cells)[1]).toEqual({
      precision: "int8",
      threads: 1,
      tokens: 32,
      batchSize: 1,
      milliseconds: 4,
      processorMilliseconds: 1,
      rounds: 3,
    });
    expect(benchTable(contestants, cells)).toBe(
      "| tokens | batch | float32, 1 thread, ms | int8, 1 thread, ms | float32, 2 threads, ms | int8, 2 threads, ms | texts/s at best | int8, 1 thread / float32, 1 thread | float32, 2 threads / float32, 1 thread | int8, 2 threads / int8, 1 thread | int8, 2 threads / float32, 2 threads |\n" +
        "| -----: | ----: | --------------------: | -----------------: | ---------------------: | ------------------: | --------------: | ---------------------------------: | -------------------------------------: | -------------------------------: | -----------------------------------: |\n" +
        "|     32 |     1 |                  11.0 |               4.00 |                   8.00 |                2.00 |             500 |                              2.75x |                                  1.50x |                            2.00x |                                4.00x |\n",
    );
  });

  it("has one line for what has no peer", () => {
    const one = [{ precision: "int8", threads: 1 }];
    const cell = [{ tokens: 8, batchSize: 32, timings: [timing(0.25)] }];
    expect(benchRows(one, cell)).toEqual([
      { what: "8 tokens, batch 32, int8, 1 thread", ours: 0.25, peer: null, peerName: null, ratio: null },
    ]);
  });
});
