// A training step of ours beside PyTorch's and beside plain JavaScript: the same table, batches, sizes and threads, one
// step of each in turn. npm run bench -w @kokeshi/training [-- --json] [--steps 8] [--dimensions 256,512] [--threads 1,2]
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { ContrastiveLoss } from "../src/contrastive-loss.js";
import { createNormalRandom, createRandom } from "../src/random.js";
import { TrainableTable } from "../src/table/trainable-table.js";
import { pairSource } from "../src/pair-source.js";
import { trainingStep } from "../src/training-step.js";
import { plainJavaScriptStep } from "./plain-javascript.js";
import { startPyTorch } from "./pytorch.js";
import { timed, type TimedStep } from "./timed-step.js";
import { pairs, syntheticBatches, vocabularySize } from "./synthetic-batches.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    steps: { type: "string", default: "8" },
    dimensions: { type: "string", default: "256,512" },
    threads: { type: "string", default: "1,2" },
    "plain-steps": { type: "string", default: "1" },
  },
});
const numbers = (text: string): number[] => text.split(",").map(Number);
const steps = Number(options.steps);
const plainSteps = Number(options["plain-steps"]);
const scale = 20;
const learningRate = 0.01;

interface Row {
  dimensions: number[];
  threads: number;
  contestant: string;
  /** Median. */
  milliseconds: number;
  /** Milliseconds of processor time, median. */
  processor: number;
  pairsPerSecond: number;
  /** Our pairs a second by theirs. */
  ratio: number;
  /** Their processor time by ours. */
  processorRatio: number;
}

const batches = syntheticBatches(4);
const rows: Row[] = [];
const notes = new Set<string>();

for (const width of numbers(options.dimensions)) {
  const dimensions = [width, width / 2, width / 4, width / 8];
  const normal = createNormalRandom(createRandom(2));
  const initial = Float32Array.from({ length: vocabularySize * width }, normal);
  for (const threads of numbers(options.threads)) {
    const contestants: { name: string; step: (batch: number) => Promise<TimedStep>; close: () => unknown }[] =
      [];
    const table = TrainableTable.create(vocabularySize, width);
    table.values.set(initial);
    const contrastive = await ContrastiveLoss.create({ dimensions, scale, threads });
    const sources = batches.map(({ anchors, positives }) => pairSource("synthetic", anchors, positives));
    const all = Uint32Array.from({ length: pairs }, (_, pair) => pair);
    const context = { table, contrastive, dimensions, weights: dimensions.map(() => 1), random: () => 0 };
    contestants.push({
      name: "Kokeshi",
      close: () => contrastive.close(),
      step: (batch) =>
        timed(async () => {
          const source = sources[batch] as (typeof sources)[number];
          const drawn = { source, pairs: all, negatives: new Uint32Array(0) };
          return (await trainingStep(context, drawn, undefined, learningRate)).loss;
        }),
    });
    const torch = await startPyTorch({ table: initial, batches, dimensions, scale, learningRate, threads });
    if (typeof torch === "string") notes.add(`PyTorch was left out: ${torch}`);
    else contestants.push({ name: `PyTorch ${torch.version}`, step: torch.step, close: torch.close });
    const times = contestants.map((): TimedStep[] => []);
    for (let step = -2; step < steps; step++) {
      const batch = (step + 2) % batches.length;
      const losses: number[] = [];
      for (const [index, contestant] of contestants.entries()) {
        const time = await contestant.step(batch);
        losses.push(time.loss);
        // The first two warm up.
        if (step >= 0) times[index]?.push(time);
      }
      requireAgreement(losses);
    }
    const measured = contestants.map(({ name }, index) => ({ name, times: times[index] as TimedStep[] }));
    if (plainSteps > 0 && threads === 1) {
      const plain = plainJavaScriptStep(initial.slice(), dimensions, scale);
      const plainTimes: TimedStep[] = [];
      for (let step = 0; step < plainSteps; step++) {
        const batch = batches[step % batches.length] as (typeof batches)[number];
        plainTimes.push(await timed(() => plain(batch, learningRate)));
      }
      measured.push({ name: "plain JavaScript", times: plainTimes });
    }
    const ours = medians(times[0] as TimedStep[]);
    for (const { name, times: own } of measured) {
      const { milliseconds, processor } = medians(own);
      rows.push({
        dimensions,
        threads,
        contestant: name,
        milliseconds,
        processor,
        pairsPerSecond: (1000 * pairs) / milliseconds,
        ratio: milliseconds / ours.milliseconds,
        processorRatio: processor / ours.processor,
      });
    }
    for (const { close } of contestants) await close();
  }
}

/** Both must have done the same work. */
function requireAgreement(losses: readonly number[]): void {
  const [ours, theirs = ours] = losses as [number, number?];
  if (Math.abs(ours - theirs) > 1e-2 * Math.abs(theirs))
    throw new Error(`the losses differ: ours ${ours}, theirs ${theirs}`);
}

function medians(times: readonly TimedStep[]): Pick<TimedStep, "milliseconds" | "processor"> {
  return {
    milliseconds: median(times.map(({ milliseconds }) => milliseconds)),
    processor: median(times.map(({ processor }) => processor)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

const machine = `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}`;
if (options.json) {
  process.stdout.write(`${JSON.stringify({ machine, pairs, vocabularySize, rows, notes: [...notes] })}\n`);
} else {
  const lines = [
    `${machine}. A step of ${pairs} pairs of some 50 tokens, ${vocabularySize} tokens, medians of ${steps} steps in turn.`,
    "",
    "| dimensions | threads | | ms a step | processor ms | pairs/s | ours by theirs | processor time, theirs by ours |",
    "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      (row) =>
        `| ${row.dimensions.join(", ")} | ${row.threads} | ${row.contestant} | ${row.milliseconds.toFixed(0)} | ${row.processor.toFixed(0)} | ${Math.round(row.pairsPerSecond).toLocaleString("en")} | ${row.ratio.toFixed(1)} | ${row.processorRatio.toFixed(1)} |`,
    ),
    ...[...notes].map((note) => `\n${note}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
