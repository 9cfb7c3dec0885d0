/*
 * Throughput of transformer encoders beside @huggingface/transformers, on one model of random weights, in turns: what
 * the planner gives, what INT8 gives, what the event loop of a busy server feels, and what memory does in the long run.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosenShape, shapeOptions, shapeUsage } from "@kokeshi/encoder-shapes";
import { machineLine } from "../src/machine.js";
import { median, ratioOf } from "../src/statistics.js";
import { kokeshi, oneByOne, transformersJs, withoutPlanner, type Contestant } from "./contestants.js";
import { graphs, modelFolder } from "./model-folder.js";
import { texts, type TextSet } from "./texts.js";

const usage = `usage: npm run bench -w @kokeshi/transformer-int8 -- ${shapeUsage} [--texts N] [--rounds N]
  [--threads N] [--only throughput,planner,responsive,memory,opening] [--many N]

throughput, planner: texts a second, and ratios of the time and of the processor's time, medians of alternating rounds.
responsive: delays of the event loop while embedding, and the processor's time when idle.
memory: resident memory over --many texts (default 20,000; 200,000 take a while).
opening: the processor's time to open a model, and what a second worker adds to private memory, without and with graphCache.`;

const { values } = parseArgs({
  options: {
    ...shapeOptions,
    texts: { type: "string", default: "192" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    only: { type: "string", default: "throughput,planner,responsive,memory,opening" },
    many: { type: "string", default: "20000" },
  },
});
const { name: shape } = chosenShape(values, usage);
const [count, rounds, threads, many] = [values.texts, values.rounds, values.threads, values.many].map(
  Number,
) as [number, number, number, number];
if (!(count > 0 && rounds > 0 && threads > 0 && many > 0)) {
  console.error(usage);
  process.exit(2);
}

const idleWindows = 4;
/** Threads of ONNX Runtime that a peer leaves with nothing to do look for work for 50 ms more, at the next one's cost. */
const restMs = 200;
const folder = await modelFolder(fileURLToPath(new URL("../.work/transformer/", import.meta.url)), shape);
const sections: Record<string, () => Promise<void>> = { throughput, planner, responsive, memory, opening };
console.log(`${machineLine()}\n`);
for (const name of values.only.split(",")) {
  const section = sections[name];
  if (section === undefined) throw new Error(`--only ${name} is none of ${Object.keys(sections).join(", ")}`);
  await section();
}

async function throughput(): Promise<void> {
  const workers = { workers: threads, threads: 1 };
  const ours = await kokeshi("Kokeshi INT8", folder, "int8", workers);
  const contestants = [
    ours,
    await kokeshi("Kokeshi on the peer's q8", folder, "q8", workers),
    await kokeshi("Kokeshi float32", folder, "float32", workers),
    await transformersJs("transformers.js float32", folder, "fp32", threads),
    await transformersJs("transformers.js q8", folder, "q8", threads),
  ];
  const alone = [
    await kokeshi("Kokeshi INT8", folder, "int8", { workers: 1, threads }),
    ...contestants.slice(3),
  ];
  for (const set of ["mixed", "short", "sentences"] as const) {
    await compare(`${set} texts, ${threads} threads`, set, [...contestants, ...alone.map(oneByOne)]);
  }
  await Promise.all([...contestants, alone[0] as Contestant].map((contestant) => contestant.close()));
}

async function planner(): Promise<void> {
  const contestants = [
    await kokeshi("batches of the planner", folder, "int8", { workers: 1, threads: 1 }),
    await kokeshi("each text alone", folder, "int8", { workers: 1, threads: 1, tokenBudget: 1 }),
    await withoutPlanner("batches of 32 in order", folder, "int8"),
  ];
  for (const set of ["mixed", "short", "sentences"] as const)
    await compare(`the planner, ${set} texts, one thread`, set, contestants);
  await Promise.all(contestants.map((contestant) => contestant.close()));
}

interface Speeds {
  byTime: number[];
  byProcessor: number[];
}

/** One table: the first contestant against each of the others. */
async function compare(title: string, set: TextSet, contestants: readonly Contestant[]): Promise<void> {
  const inputs = texts(set, count);
  const speeds = contestants.map((): Speeds => ({ byTime: [], byProcessor: [] }));
  for (const contestant of contestants) await contestant.embed(inputs);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      await setTimeout(restMs);
      const start = performance.now();
      const before = process.cpuUsage();
      await contestant.embed(inputs);
      const { user, system } = process.cpuUsage(before);
      speeds[index]?.byTime.push((1000 * count) / (performance.now() - start));
      speeds[index]?.byProcessor.push((1e6 * count) / (user + system));
    }
  }
  const [first] = speeds as [Speeds];
  console.log(`${title}\n`);
  console.log("| | texts/s | the first is faster by | texts per second of the processor | by |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  speeds.forEach(({ byTime, byProcessor }, index) => {
    const ratio = (ours: number[], theirs: number[]) => `${ratioOf(ours, theirs).median.toFixed(2)}x`;
    const cells = [
      median(byTime).toFixed(1),
      ratio(first.byTime, byTime),
      median(byProcessor).toFixed(1),
      ratio(first.byProcessor, byProcessor),
    ];
    console.log(`| ${contestants[index]?.name} | ${cells.join(" | ")} |`);
  });
  console.log();
}

async function responsive(): Promise<void> {
  const inputs = texts("mixed", count);
  const ours = await kokeshi("Kokeshi INT8", folder, "int8", { workers: threads, threads: 1 });
  await ours.embed(inputs.slice(0, 32));
  const delay = async (what: string, work: () => Promise<unknown>) => {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    await work();
    histogram.disable();
    const milliseconds = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
    console.log(
      `event loop ${what}: p50 ${milliseconds(histogram.percentile(50))} ms, p99 ${milliseconds(histogram.percentile(99))} ms, ` +
        `longest ${milliseconds(histogram.max)} ms`,
    );
  };
  await delay("at rest", () => setTimeout(2000));
  await delay("while embedding", () => ours.embed(inputs));
  await setTimeout(500);
  const shares: number[] = [];
  for (let window = 0; window < idleWindows; window++) shares.push(await processorShare(5000));
  // One window may have a collection of garbage in it.
  console.log(
    `processor when idle: ${median(shares).toFixed(2)} %, at most ${Math.max(...shares).toFixed(2)} %\n`,
  );
  await ours.close();
}

/** Of one processor, in percent, all threads of the process together. */
async function processorShare(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  await setTimeout(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / milliseconds;
}

async function memory(): Promise<void> {
  const ours = await kokeshi("Kokeshi INT8", folder, "int8", { workers: threads, threads: 1 });
  const inputs = texts("short", 1000);
  const parts = 10;
  console.log(`| texts | resident MB |\n| ---: | ---: |`);
  for (let part = 0; part <= parts; part++) {
    // The first tenth warms up: memory grows until the longest batches have been.
    for (let done = 0; done < many / parts; done += inputs.length) await ours.embed(inputs);
    console.log(`| ${((part + 1) * many) / parts} | ${(process.memoryUsage().rss / 1e6).toFixed(0)} |`);
  }
  await ours.close();
}

/** In processes of their own: what one has opened before, it opens faster again. */
async function opening(): Promise<void> {
  const cache = join(folder, "..", "graph-cache");
  console.log("| | processor's time to open, ms | private memory of one worker, MB | of two |");
  console.log("| --- | ---: | ---: | ---: |");
  for (const graph of ["float32", "int8"] as const) {
    for (const graphCache of [undefined, cache]) {
      // The first writes the cache.
      if (graphCache !== undefined) openingInChild(graph, graphCache);
      const runs = Array.from({ length: rounds }, () => openingInChild(graph, graphCache));
      const cells = [0, 1, 2].map((column) => median(runs.map((run) => run[column] as number)).toFixed(0));
      console.log(`| ${graph}${graphCache ? ", from the cache" : ""} | ${cells.join(" | ")} |`);
    }
  }
}

function openingInChild(graph: "float32" | "int8", graphCache: string | undefined): number[] {
  const program = fileURLToPath(new URL("opening.ts", import.meta.url));
  const options = JSON.stringify({ folder, precision: graphs[graph], graphCache });
  const child = spawnSync(process.execPath, [...process.execArgv, program, options], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as number[];
}
