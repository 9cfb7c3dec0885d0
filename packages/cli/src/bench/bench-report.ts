import { markdownTable } from "@kokeshi/evaluation";
import { median, ratioOf, type Timing } from "./alternate.js";

/** What was measured: a graph with a number of threads. */
export interface Measured {
  /** Number format of the weights. */
  precision: string;
  threads: number;
}

/** All that was measured at one length and batch size; `timings` are in the order of the contestants. */
export interface BenchCell {
  tokens: number;
  batchSize: number;
  timings: readonly Timing[];
}

/** One comparison, in milliseconds a call; without a peer where there is nothing to compare with. */
export interface BenchRow {
  what: string;
  ours: number;
  peer: number | null;
  peerName: string | null;
  /** How many times as long the peer took. */
  ratio: number | null;
}

export interface BenchLatency extends Measured {
  tokens: number;
  batchSize: number;
  milliseconds: number;
  processorMilliseconds: number;
  rounds: number;
}

/** Every contestant beside float32 on as many threads, and beside itself on the fewest. */
export function benchRows(contestants: readonly Measured[], cells: readonly BenchCell[]): BenchRow[] {
  return cells.flatMap(({ tokens, batchSize, timings }) => {
    const rows = contestants.flatMap((ours, index) =>
      peersOf(ours, contestants).map((peer) => row(index, contestants.indexOf(peer))),
    );
    return rows.length > 0 ? rows : contestants.map((_, index) => row(index, undefined));

    function row(ours: number, peer: number | undefined): BenchRow {
      const ourTiming = timings[ours] as Timing;
      const peerTiming = peer === undefined ? undefined : (timings[peer] as Timing);
      return {
        what: `${tokens} tokens, batch ${batchSize}, ${nameOf(contestants[ours] as Measured)}`,
        ours: median(ourTiming.rounds),
        peer: peerTiming === undefined ? null : median(peerTiming.rounds),
        peerName: peer === undefined ? null : nameOf(contestants[peer] as Measured),
        ratio: peerTiming === undefined ? null : ratioOf(ourTiming, peerTiming),
      };
    }
  });
}

export function benchLatencies(
  contestants: readonly Measured[],
  cells: readonly BenchCell[],
): BenchLatency[] {
  return cells.flatMap(({ tokens, batchSize, timings }) =>
    timings.map((timing, index) => ({
      ...(contestants[index] as Measured),
      tokens,
      batchSize,
      milliseconds: median(timing.rounds),
      processorMilliseconds: timing.processorMilliseconds,
      rounds: timing.rounds.length,
    })),
  );
}

/** A line a length and batch size: milliseconds a call of each contestant, texts a second of the last, ratios. */
export function benchTable(contestants: readonly Measured[], cells: readonly BenchCell[]): string {
  const pairs = contestants.flatMap((ours) =>
    peersOf(ours, contestants).map((peer) => [ours, peer] as const),
  );
  const header = [
    "tokens",
    "batch",
    ...contestants.map((contestant) => `${nameOf(contestant)}, ms`),
    "texts/s at best",
    ...pairs.map(([ours, peer]) => `${nameOf(ours)} / ${nameOf(peer)}`),
  ];
  const lines = cells.map(({ tokens, batchSize, timings }) => {
    const times = timings.map(({ rounds }) => median(rounds));
    const timing = (contestant: Measured) => timings[contestants.indexOf(contestant)] as Timing;
    return [
      String(tokens),
      String(batchSize),
      ...times.map(significant),
      Math.round((1000 * batchSize) / Math.min(...times)).toLocaleString("en"),
      ...pairs.map(([ours, peer]) => `${ratioOf(timing(ours), timing(peer)).toFixed(2)}x`),
    ];
  });
  return `${markdownTable(header, lines, new Set())}\n`;
}

/** Float32 on as many threads; itself on the fewest threads. */
function peersOf(ours: Measured, contestants: readonly Measured[]): Measured[] {
  const fewest = Math.min(...contestants.map(({ threads }) => threads));
  return contestants.filter(
    ({ precision, threads }) =>
      (precision === "float32" && ours.precision !== "float32" && threads === ours.threads) ||
      (precision === ours.precision && threads === fewest && ours.threads > fewest),
  );
}

function nameOf({ precision, threads }: Measured): string {
  return `${precision}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

function significant(milliseconds: number): string {
  return milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(3);
}
