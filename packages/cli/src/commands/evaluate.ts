import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type EmbeddingModel, InvalidArgumentError } from "@kokeshi/core";
import {
  type Baseline,
  compareRuns,
  evaluate,
  type EvaluationResults,
  failUnder,
  hubTasks,
  knownDatasets,
  type LatencyRow,
  latencyTexts,
  measureLatency,
  parseThreshold,
  readLatency,
  readRun,
  type RunComparison,
  saveLatency,
  type TaskDescription,
  taskFolders,
  type TaskSource,
  writeReports,
} from "@kokeshi/evaluation";
import { type Precision, precisions } from "@kokeshi/quantization";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError as InvalidOptionError, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { defaultModel, openModel } from "../open-model.js";
import { streamSink } from "../output/byte-sink.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { comparisonTable, latencyTable, resultsTable } from "./evaluate-tables.js";

/** Tasks by MTEB's names, downloaded into the cache that all Hugging Face libraries share. */
const hubData = "hf:mteb";

interface EvaluateCommandOptions {
  graph?: PrecisionChoice;
  data: string;
  tasks?: string[];
  split: string;
  model: string[];
  dimensions?: number[];
  precision: Precision[];
  rescoring?: number[];
  baselines?: Baseline[];
  bm25K1: number;
  bm25B: number;
  japanese: "bigrams" | "segmenter";
  out?: string;
  fresh?: boolean;
  cache: string | boolean;
  failUnder?: string[];
  compare?: string;
  latency?: boolean;
  json?: boolean;
}

export function addEvaluateCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("evaluate")
    .description(
      "Scores of models on tasks, by MTEB's protocols, at every dimension and precision you name.",
    );
  addOptions(command, [
    new Option(
      "--data <folder>",
      `a folder of task folders, or one of them; ${hubData}: data sets of the Hugging Face Hub`,
    ).makeOptionMandatory(),
    new Option("--tasks <names>", "only these, separated by commas").argParser(list),
    new Option("--split <name>", "the split that is scored").default("test"),
    new Option("-m, --model <ref...>", "folders, npm packages, or hf:owner/name[@revision]").default(
      [defaultModel],
      defaultModel,
    ),
    commonOptions.graph(),
    new Option("-d, --dimensions <numbers>", "keep only so many first components: 256,128").argParser(
      numbers,
    ),
    new Option("--precision <names>", `some of ${precisions.join(", ")}`)
      .default(["float32"], "float32")
      .argParser(listOf(precisions)),
    new Option(
      "--rescoring <multiples>",
      "for binary codes in retrieval: also rank so many times ten candidates again by int8",
    ).argParser(numbers),
    new Option("--baselines <names>", "bm25, and hybrid: BM25 fused with the first model").argParser(
      listOf(["bm25", "hybrid"] as const),
    ),
    new Option("--bm25-k1 <number>", "saturation of term frequency").default(0.9).argParser(nonNegative),
    new Option("--bm25-b <number>", "weight of document length, 0 to 1").default(0.4).argParser(nonNegative),
    new Option("--japanese <way>", "how BM25 takes Japanese apart")
      .choices(["bigrams", "segmenter"])
      .default("bigrams"),
    new Option(
      "--out <folder>",
      "keep table, items, reports and MTEB files; go on where an earlier run stopped",
    ),
    new Option("--fresh", "begin anew in --out"),
    new Option("--cache <folder>", "keep vectors there (default: the user's cache folder)"),
    new Option("--no-cache", "compute all vectors again and keep none"),
    new Option(
      "--fail-under <thresholds>",
      "exit with 1 below TASK=SCORE, mean=SCORE, … (fractions)",
    ).argParser(list),
    new Option("--compare <folder>", "test the differences from the run in that --out folder"),
    new Option("--latency", "also measure time, throughput and memory by length of text and size of batch"),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
A task that fails is reported and stops no other; the exit code is then 1.

Examples:
  $ kokeshi evaluate --data ./eval --tasks STSBenchmark,SciFact
  $ kokeshi evaluate --data ./eval --dimensions 256,64 --precision float32,int8,binary --rescoring 4 --baselines bm25,hybrid --out ./run
  $ kokeshi evaluate --data hf:mteb --tasks STS12,JSTS --model ./mine @kokeshi/model-en-ja --json
  $ kokeshi evaluate --data ./eval --model ./mine @kokeshi/model-en-ja --latency --out ./run
  $ kokeshi evaluate --data ./eval --out ./new --compare ./run --fail-under STSBenchmark=0.7,mean=0.6`,
    )
    .action((options: EvaluateCommandOptions) => evaluateCommand(options, context));
}

async function evaluateCommand(options: EvaluateCommandOptions, context: CommandContext): Promise<void> {
  const { cwd, reporter, signal, stdout } = context;
  const { failUnder: thresholds = [] } = options;
  thresholds.forEach((threshold) => asUsage(() => parseThreshold(threshold)));
  if (options.compare !== undefined && options.out === undefined) {
    throw new UsageError("--compare needs this run to be kept", "add --out");
  }
  const before = options.compare === undefined ? undefined : await readRun(resolve(cwd, options.compare));
  const tasks = await chosenTasks(options, cwd);
  const out = options.out === undefined ? undefined : resolve(cwd, options.out);
  const descriptions = new Map<string, TaskDescription>();
  const models: EmbeddingModel[] = [];
  try {
    for (const reference of options.model)
      models.push((await openModel(reference, context, { graph: options.graph })).model);
    const latency = options.latency ? await latencyOf(models, tasks, context) : undefined;
    let rows = 0;
    const results = await evaluate({
      tasks,
      models,
      dimensions: options.dimensions,
      precisions: options.precision,
      rescoring: options.rescoring,
      baselines: options.baselines,
      bm25: { k1: options.bm25K1, b: options.bm25B, japanese: options.japanese },
      out,
      fresh: options.fresh,
      cacheFolder: cacheFolder(options.cache, context),
      signal,
      onTask: (description) => descriptions.set(description.name, description),
      onRow: (row) => {
        rows++;
        if ("error" in row) reporter.warning(`${row.task}, ${row.model}: ${row.error}`);
      },
      onProgress: ({ tasksDone, tasksTotal }) =>
        reporter.progress({ done: rows, unit: "rows", fraction: tasksDone / tasksTotal }),
    });
    reporter.endProgress();

    let comparison: RunComparison | undefined;
    if (out !== undefined) {
      const saved = await readRun(out);
      if (before !== undefined) {
        const after = results.results.map(async (row) => ({ row, items: await saved.items(row) }));
        const earlier = before.results.results.map(async (row) => ({ row, items: await before.items(row) }));
        comparison = compareRuns(await Promise.all(earlier), await Promise.all(after));
      }
      if (latency !== undefined) await saveLatency(out, latency);
      const { results: all } = saved;
      await writeReports(out, {
        results: all,
        rows: results.results,
        descriptions,
        models,
        split: options.split,
        comparison,
        latency: await readLatency(out),
      });
    }
    await streamSink(stdout, signal).write(
      Buffer.from(
        options.json ? jsonOutput({ ...results, comparison, latency }) : tables(results, comparison, latency),
      ),
    );
    if (results.failures.length > 0) context.exitCode = 1;
    for (const { message } of asUsage(() => failUnder(results, thresholds))) {
      reporter.warning(message);
      context.exitCode = 1;
    }
  } finally {
    for (const model of models) await model.close();
  }
}

async function chosenTasks(
  { data, tasks: names, split }: EvaluateCommandOptions,
  cwd: string,
): Promise<readonly TaskSource[]> {
  if (data === hubData) {
    const known = knownDatasets.map(({ name }) => name).join(", ");
    if (names === undefined) throw new UsageError(`--data ${hubData} needs --tasks`, `choose from ${known}`);
    return asUsage(() => hubTasks(names));
  }
  const tasks = await taskFolders(resolve(cwd, data), { split });
  if (names === undefined) return tasks;
  return names.map((name) => {
    const task = tasks.find((task) => task.name === name);
    if (task !== undefined) return task;
    throw new UsageError(
      `--tasks names ${name}, which --data does not have`,
      `choose from ${tasks.map((task) => task.name).join(", ")}`,
    );
  });
}

function cacheFolder(cache: string | boolean, { cwd, env }: CommandContext): string | undefined {
  if (cache === false) return undefined;
  if (typeof cache === "string") return resolve(cwd, cache);
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kokeshi", "vectors");
}

/** Before anything else is computed, so that the memory is that of the models. */
async function latencyOf(
  models: readonly EmbeddingModel[],
  tasks: readonly TaskSource[],
  { reporter, signal }: CommandContext,
): Promise<LatencyRow[]> {
  const texts = await latencyTexts(tasks, signal);
  // No task can be read: each is reported soon.
  if (texts.length === 0) return [];
  const rows: LatencyRow[] = [];
  for (const [index, model] of models.entries()) {
    const measured = await measureLatency(model, {
      texts,
      signal,
      onProgress: ({ done, total }) =>
        reporter.progress({
          done: rows.length + done,
          unit: "measurements",
          fraction: (index + done / total) / models.length,
        }),
    });
    rows.push(...measured);
  }
  reporter.endProgress();
  return rows;
}

function jsonOutput(document: object): string {
  return `${JSON.stringify(document)}\n`;
}

function tables(
  { results }: EvaluationResults,
  comparison: RunComparison | undefined,
  latency: readonly LatencyRow[] | undefined,
): string {
  return [
    resultsTable(results),
    ...(latency === undefined ? [] : [latencyTable(latency)]),
    ...(comparison === undefined ? [] : [comparisonTable(comparison)]),
  ].join("\n");
}

/** What the package refuses of an option is wrong usage here. */
function asUsage<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(error.problem, error.remedy);
    throw error;
  }
}

function list(value: string): string[] {
  const items = value.split(",").map((item) => item.trim());
  if (items.every((item) => item !== "")) return items;
  throw new InvalidOptionError("Separate names by single commas.");
}

function listOf<Name extends string>(names: readonly Name[]): (value: string) => Name[] {
  return (value) =>
    list(value).map((item) => {
      if ((names as readonly string[]).includes(item)) return item as Name;
      throw new InvalidOptionError(`Allowed are ${names.join(", ")}.`);
    });
}

function numbers(value: string): number[] {
  return list(value).map(positiveInteger);
}

function nonNegative(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidOptionError("Use a number of at least 0.");
}
