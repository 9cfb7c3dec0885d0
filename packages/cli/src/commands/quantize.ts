import { resolve } from "node:path";
import { InvalidArgumentError as InvalidValueError } from "@kokeshi/core";
import type {
  CodeChoices,
  QuantizationMethod,
  Trial,
  TunedQuantization,
  TuningProgress,
} from "@kokeshi/onnx-quantizer";
import type { PoolingMode } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { sampleTexts } from "../input/sample-texts.js";
import { neededWeights } from "../needed-weights.js";
import { openModelFolder } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { table } from "../output/table.js";
import { taskObjective } from "../quantize/task-objective.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

const methods = ["static", "dynamic", "weight-only"] as const satisfies QuantizationMethod[];
const poolingModes = [
  "cls",
  "max",
  "mean",
  "mean_sqrt_len_tokens",
  "weightedmean",
  "lasttoken",
] as const satisfies PoolingMode[];

interface QuantizeCommandOptions extends InputOptions {
  out: string;
  calibration: string;
  calibrationTexts: number;
  statistics?: string;
  evaluate?: string[];
  split: string;
  maxRelativeLoss: number;
  method: QuantizationMethod;
  trials: number;
  maxSeconds?: number;
  allTrials?: boolean;
  fallback: boolean;
  operators: "fast" | "portable";
  reduceRange?: boolean;
  weightScales?: "per-channel" | "per-tensor";
  activations?: "uint8" | "int8";
  symmetric?: boolean;
  externalData?: boolean;
  graph?: `${string}.onnx`;
  pooling?: PoolingMode;
  overwrite?: boolean;
  seed: number;
  json?: boolean;
}

export function addQuantizeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("quantize")
    .description("Make a transformer encoder INT8, in as many ways as it takes until its accuracy holds.")
    .argument("<model>", "with a float32 graph: a folder, an npm package, or hf:owner/name[@revision]");
  addOptions(command, [
    new Option(
      "-o, --out <dir>",
      "the folder to write: new, empty, or an earlier result",
    ).makeOptionMandatory(),
    new Option(
      "--calibration <file>",
      "texts of the kind to come, one a line: ranges of activations come from them",
    ).makeOptionMandatory(),
    new Option("--calibration-texts <n>", "how many of them are taken, at random")
      .default(512)
      .argParser(positiveInteger),
    new Option(
      "--statistics <file>",
      "keeps what calibration counts: a search that was stopped, or another with the same texts, goes on from it",
    ),
    new Option(
      "--evaluate <dir...>",
      "folders of tasks whose scores are to hold (default: the mean cosine to float32 on a fifth of the texts)",
    ),
    new Option("--split <name>", "the split of the tasks that is scored").default("test"),
    new Option("--max-relative-loss <share>", "the part of float32's score that may be lost, in every task")
      .default(0.01)
      .argParser(share),
    new Option(
      "--method <method>",
      "static: scales found beforehand; dynamic: anew for every batch; weight-only: activations stay float32",
    )
      .choices(methods)
      .default("static"),
    new Option("--trials <n>", "models to try at most").default(40).argParser(positiveInteger),
    new Option("--max-seconds <n>", "begin no further trial after so many seconds").argParser(
      positiveInteger,
    ),
    new Option("--all-trials", "go on after the goal is met, and keep the fastest that meets it"),
    new Option("--no-fallback", "leave no layer in float32: try recipes alone"),
    new Option("--operators <kind>", "fast: ONNX Runtime's own; portable: ONNX's alone")
      .choices(["fast", "portable"])
      .default("fast"),
    new Option("--reduce-range", "weights of 7 bits, for processors with AVX2 but without VNNI"),
    new Option(
      "--weight-scales <kind>",
      "per-channel: one for each output of a layer, the default; per-tensor: one a layer, for runtimes with no others",
    ).choices(["per-channel", "per-tensor"]),
    new Option(
      "--activations <type>",
      "uint8, the default; int8 for runtimes that want it (slow in ONNX Runtime on x86); static alone",
    ).choices(["uint8", "int8"]),
    new Option("--symmetric", "ranges of activations as far below 0 as above; static alone"),
    new Option(
      "--external-data",
      "weights in a file beside the graph (default: only where the graph would be longer than 2 GB)",
    ),
    new Option(
      "--graph <path>",
      "the float32 graph (default: the folder's, such as onnx/model.onnx)",
    ).argParser(graphPath),
    new Option("--pooling <mode>", "for a folder without modules.json, which gets the mean").choices(
      poolingModes,
    ),
    new Option("--overwrite", "write into --out whatever is in it; files of other names stay"),
    new Option("--seed <n>", "the same seed takes the same texts").default(1).argParser(positiveInteger),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
The model is written whether or not the goal is met; if not, the exit code is 1. --out gets an ordinary Hugging Face
folder with onnx/model_int8.onnx (onnx/model_q4.onnx for weights of 4 bits), and quantization/ledger.md, .svg and .json
with every trial. docs/quantize-an-encoder.md is a tutorial.

Examples:
  $ kokeshi quantize ./encoder --out ./encoder-int8 --calibration texts.txt
  $ kokeshi quantize ./encoder --out ./encoder-int8 --calibration texts.txt --evaluate eval/STSBenchmark --split dev --max-relative-loss 0.005
  $ kokeshi quantize ./encoder --out ./encoder-dynamic --calibration texts.txt --method dynamic --operators portable
  $ kokeshi quantize hf:BAAI/bge-small-en-v1.5@main --out ./bge-small-int8 --calibration texts.jsonl --all-trials --trials 16`,
    )
    .action((reference: string, options: QuantizeCommandOptions) =>
      quantizeCommand(reference, options, context),
    );
}

async function quantizeCommand(
  reference: string,
  options: QuantizeCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { cwd, signal, reporter } = context;
  const out = resolve(cwd, options.out);
  const { quantizedFolderFiles, recipesOf, requireOwnFolder, tuneQuantization, writeQuantizedFolder } =
    await import("@kokeshi/onnx-quantizer");
  const choices = codeChoices(options);
  if (options.overwrite !== true) {
    await requireOwnFolder(out).catch((error: unknown) => {
      if (!(error instanceof InvalidValueError)) throw error;
      throw new UsageError(`--out ${options.out} is not empty`, "name a new folder, or add --overwrite");
    });
  }
  const texts = await readTexts(options, context);
  const objective =
    options.evaluate === undefined
      ? undefined
      : await taskObjective(options.evaluate, options.split, context);
  const folder = await openModelFolder(reference, context, (repository) =>
    neededWeights(repository, options.graph ?? "float32"),
  );
  const tuned = await tuneQuantization(folder, {
    texts,
    objective,
    maxRelativeLoss: options.maxRelativeLoss,
    statisticsFile: options.statistics === undefined ? undefined : resolve(cwd, options.statistics),
    method: options.method,
    recipes: recipesOf(options.method, choices),
    trials: options.trials,
    maxSeconds: options.maxSeconds,
    stopAtGoal: options.allTrials !== true,
    fallback: options.fallback,
    operators: options.operators,
    reduceRange: options.reduceRange,
    externalData: options.externalData === true ? "always" : "when-needed",
    graph: options.graph,
    pooling: options.pooling,
    signal,
    onProgress: progressOf(context),
    onTrial: (trial) => {
      reporter.endProgress();
      reporter.note(`${trial.number}. ${trial.name}: ${outcome(trial)}`);
    },
  });
  reporter.endProgress();
  const files = await quantizedFolderFiles(folder, tuned);
  await writeQuantizedFolder(out, files, { overwrite: options.overwrite, signal });
  await report(tuned, files, options, context);
}

/** Throws UsageError where the method leaves no such choice. */
function codeChoices({ method, weightScales, activations, symmetric }: QuantizeCommandOptions): CodeChoices {
  if (method !== "static" && (activations === "int8" || symmetric === true)) {
    throw new UsageError(
      `--method ${method} has no say in how activations become bytes`,
      "leave --activations and --symmetric out, or choose --method static",
    );
  }
  if (method === "weight-only" && weightScales === "per-tensor") {
    throw new UsageError(
      "--method weight-only has a scale for each block of weights",
      "leave --weight-scales out, or choose another method",
    );
  }
  return {
    ...(weightScales !== undefined && { weightScales }),
    ...(activations !== undefined && { activationType: activations }),
    ...(symmetric === true && { symmetricActivations: true }),
  };
}

async function readTexts(options: QuantizeCommandOptions, context: CommandContext): Promise<string[]> {
  const { records } = await openTexts(options.calibration, options, context);
  const texts = await sampleTexts(records, options.calibrationTexts, options.seed);
  if (texts.length === 0) {
    throw new UsageError(
      `--calibration ${options.calibration} has no text`,
      "name a file with one text a line",
    );
  }
  if (texts.length < 50) {
    context.reporter.note(
      `the ranges of activations come from only ${texts.length} texts; a few hundred give better ones`,
    );
  }
  return texts;
}

function progressOf({ reporter }: CommandContext): (progress: TuningProgress) => void {
  const units = { calibration: "texts", trials: "trials", sensitivities: "layers" };
  let stage: TuningProgress["stage"] | undefined;
  return (progress) => {
    if (progress.stage !== stage) reporter.endProgress();
    stage = progress.stage;
    const { done, total } = progress;
    reporter.progress({ done, unit: units[stage], fraction: done / total });
  };
}

async function report(
  { best, metGoal, ledger }: TunedQuantization,
  files: Readonly<Record<string, Uint8Array>>,
  { out, json, maxRelativeLoss }: QuantizeCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { model, method, objective, floatBytes, trials } = ledger;
  const document = {
    model,
    method,
    objective,
    maxRelativeLoss,
    metGoal,
    relativeLoss: best.relativeLoss,
    scores: best.scores,
    speedup: best.speedup,
    bytes: best.bytes,
    floatBytes,
    best: best.number,
    trials,
    out,
    files: Object.entries(files).map(([path, { length }]) => ({ path, bytes: length })),
  };
  const summary =
    `${out}: trial ${best.number}, ${best.name}: ${outcome(best)}; ` +
    `${byteCount(best.bytes)}, ${percent(best.bytes / floatBytes)} of float32's ${byteCount(floatBytes)}\n`;
  const names = Object.keys(objective.floatScores);
  const text = json ? `${JSON.stringify(document)}\n` : `${trialTable(trials, names)}\n${summary}`;
  await streamSink(context.stdout, context.signal).write(Buffer.from(text));
  if (metGoal) return;
  context.reporter.warning(
    `the goal is not met: the best of ${trials.length} trials loses ${percent(best.relativeLoss)} of ${objective.name}, ` +
      `and ${percent(maxRelativeLoss)} were allowed; it is in ${out} all the same`,
  );
  context.exitCode = 1;
}

function trialTable(trials: readonly Trial[], names: readonly string[]): string {
  const rows = trials.map((trial) =>
    "error" in trial
      ? [String(trial.number), trial.name, "failed"]
      : [
          String(trial.number),
          trial.name,
          ...names.map((name) => (trial.scores[name] as number).toFixed(4)),
          percent(trial.relativeLoss),
          `${trial.speedup.toFixed(2)}x`,
          byteCount(trial.bytes),
          trial.metGoal ? "yes" : "no",
        ],
  );
  const header = ["", "TRIAL", ...names.map((name) => name.toUpperCase()), "LOSS", "SPEED", "SIZE", "GOAL"];
  const numbers = Array.from({ length: names.length + 3 }, (_, index) => index + 2);
  return table([header, ...rows], new Set([0, ...numbers]));
}

function outcome(trial: Trial): string {
  return "error" in trial
    ? `failed, ${trial.error}`
    : `loss ${percent(trial.relativeLoss)}, ${trial.speedup.toFixed(2)} times as fast`;
}

/** With two decimals, or four where two would say that nothing was lost. */
function percent(value: number): string {
  return `${(value * 100).toFixed(value !== 0 && Math.abs(value) < 5e-5 ? 4 : 2)} %`;
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 0 && number < Infinity) return number;
  throw new InvalidArgumentError("Use a number of at least 0: 0.01 is one per cent.");
}

function graphPath(value: string): `${string}.onnx` {
  if (value.endsWith(".onnx")) return value as `${string}.onnx`;
  throw new InvalidArgumentError("Use the path of an .onnx file in the model.");
}
