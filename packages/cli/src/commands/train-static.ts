import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { GradedSource, PairSource, PairTokenizer, TrainedTable, TrainingLog } from "@kokeshi/training";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { unreadable } from "../input/input-source.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { requireNewFolder, writeFolder } from "../output/write-folder.js";
import { openNeighbours } from "../train/neighbours.js";
import { openStartModel, type StartModel } from "../train/start-model.js";
import { parseTrainingConfig, type TrainingConfig } from "../train/training-config.js";
import { openValidation } from "../train/validation-score.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions } from "./common-options.js";

interface TrainStaticOptions {
  out: string;
  resume?: boolean;
  json?: boolean;
}

export function addTrainStaticCommand(train: Command, context: CommandContext): void {
  const command = train
    .command("static")
    .description("Train a static model on pairs of texts that belong together, or go on training one.")
    .argument("<config>", "a JSON file: what to begin with, the data, the settings");
  addOptions(command, [
    new Option(
      "-o, --out <dir>",
      "the folder to write, which must not exist or be empty",
    ).makeOptionMandatory(),
    new Option("--resume", "go on from the checkpoint of an interrupted run"),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
The smallest configuration goes on training the default model:
  {"sources": [{"pairs": "faq.jsonl"}]}            {"anchor": "…", "positive": "…"} a line

Beside it there may be (paths start from the folder of the configuration):
  "start": REF                                     a static model to begin with
  "tokenizer": "tokenizer.json"                    instead of start: begin at random
  "sources": [{"pairs": FILE, "weight": 2, "negatives": true},
              {"graded": FILE}]                    {"sentence1", "sentence2", "score"} a line
  "validation": {"pairs": FILE, "every": 50, "patience": 5}     or "graded": FILE
  "training": {"epochs": 3, "learningRate": 0.02,
               "neighbours": {"model": REF, "groupSize": 256, "share": 0.75}, …}
                                                   all of them: docs/train-your-own.md
  "checkpointEvery": 500
  "coherence": {}                                  less noise between tokens, at the end
  "model": {"format": "sentence-transformers", "licence": "mit"}  or "model2vec", or "kokeshi" (int8)

<dir>.training holds the checkpoint, log.jsonl and curves.svg.

Example:
  $ kokeshi train static train.json --out ./my-model`,
    )
    .action((config: string, options: TrainStaticOptions) => trainStaticCommand(config, options, context));
}

async function trainStaticCommand(
  configFile: string,
  options: TrainStaticOptions,
  context: CommandContext,
): Promise<void> {
  const { cwd, signal, reporter } = context;
  const text = await readFile(resolve(cwd, configFile), "utf8").catch((cause: unknown) => {
    throw unreadable(configFile, cause);
  });
  const config = parseTrainingConfig(text, configFile, cwd);
  await requireNewFolder(options.out, resolve(cwd, options.out));
  const workFolder = `${resolve(cwd, options.out)}.training`;
  const checkpoint = join(workFolder, "checkpoint.safetensors");
  requireResumable(checkpoint, options);
  await mkdir(workFolder, { recursive: true });

  const { countOccurrences, reduceCoherence, trainStatic, TrainingLog, trainingCurves, staticModelFiles } =
    await import("@kokeshi/training");
  const start = await openStartModel(config.start, context);
  const { format, termFrequency = format === "kokeshi" ? start.termFrequency : undefined } = config.model;
  const { tokenizer } = start;
  requireDimensions(config, start);
  const neighbours = config.neighbours && (await openNeighbours(config.neighbours, start, context));
  const { pairs, graded } = await openSources(config, tokenizer, context);
  const validation = config.validation && (await openValidation(config.validation, tokenizer, termFrequency));
  const before =
    validation && start.table && start.dimensions !== undefined
      ? await validation.details(start.table, start.dimensions)
      : undefined;
  if (before) reporter.note(`before: ${numbers(before)}`);

  const log = TrainingLog.open(join(workFolder, "log.jsonl"), { resume: options.resume ?? false });
  const started = performance.now();
  let trained: TrainedTable;
  try {
    trained = await trainStatic({
      // A table that means something already is moved with care.
      learningRate: start.table === undefined ? 0.05 : 0.02,
      ...definedOnly(config.training),
      sources: pairs,
      ...(graded.length === 0 ? {} : { graded: { ...definedOnly(config.graded), sources: graded } }),
      vocabularySize: start.vocabularySize,
      termFrequency,
      initialTable: start.table,
      neighbours,
      checkpoint: {
        path: checkpoint,
        resume: options.resume,
        ...definedOnly({ every: config.checkpointEvery }),
      },
      ...(validation && {
        validation: {
          score: validation.score,
          ...definedOnly({ every: config.validation?.every, patience: config.validation?.patience }),
        },
      }),
      signal,
      onProgress: (progress) => {
        log.write(progress);
        const { step, steps, loss, validation: score } = progress;
        if (score !== undefined)
          reporter.note(`step ${step} of ${steps}: ${validation?.measure} ${round(score)}`);
        reporter.progress({ done: step, unit: `steps, loss ${loss.toFixed(2)}`, fraction: step / steps });
      },
    });
  } catch (error) {
    if (signal.aborted && existsSync(checkpoint))
      reporter.warning("a checkpoint was kept: go on with --resume");
    throw error;
  } finally {
    log.close();
    reporter.endProgress();
  }
  await writeFile(join(workFolder, "curves.svg"), trainingCurves(log.records));

  let { table } = trained;
  if (config.coherence) {
    try {
      table = await reduceCoherence(table, trained.dimensions, {
        ...definedOnly(config.coherence),
        counts: countOccurrences(
          start.vocabularySize,
          pairs.flatMap(({ anchors, positives }) => [anchors, positives]),
        ),
        threads: config.training.threads ?? 2,
        signal,
        onProgress: ({ round, rounds }) =>
          reporter.progress({ done: round, unit: "rounds against coherence", fraction: round / rounds }),
      });
    } finally {
      reporter.endProgress();
    }
  }
  const model = {
    table,
    dimensions: trained.dimensions,
    tokenizerJson: start.tokenizerJson,
    normalize: start.normalize,
    prompts: start.prompts,
    termFrequency,
    licence: config.model.licence ?? start.licence,
    description:
      config.model.description ??
      (start.modelId === null
        ? "Static text embeddings, trained with Kokeshi."
        : `${start.modelId}, trained further with Kokeshi.`),
  };
  const files = { ...start.legalFiles, ...staticModelFiles(model, format) };
  const written = await writeFolder(options.out, files, context);
  const bytes = written.reduce((sum, file) => sum + file.bytes, 0);
  const after = await validation?.details(table, trained.dimensions);
  if (after) reporter.note(`after: ${numbers(after)}`);
  const output = options.json
    ? `${JSON.stringify({
        model: start.modelId,
        out: options.out,
        format,
        dimensions: trained.dimensions,
        steps: trained.steps,
        pairs: pairs.reduce((sum, source) => sum + source.pairs, 0),
        gradedPairs: graded.reduce((sum, source) => sum + source.pairs, 0),
        loss: meanLoss(log),
        validation: validation
          ? {
              pairs: validation.pairs,
              measure: validation.measure,
              before: before ?? null,
              after,
              best: trained.best,
            }
          : null,
        seconds: (performance.now() - started) / 1000,
        bytes,
        files: written,
      })}\n`
    : `${options.out}: ${trained.dimensions} dimensions, ${byteCount(bytes)}, after ${trained.steps} steps\n`;
  await streamSink(context.stdout, signal).write(Buffer.from(output));
}

function requireResumable(checkpoint: string, { out, resume }: TrainStaticOptions): void {
  const exists = existsSync(checkpoint);
  if (resume && !exists)
    throw new UsageError(`there is no checkpoint in ${out}.training`, "begin without --resume");
  if (!resume && exists) {
    throw new UsageError(
      `${out}.training holds the checkpoint of an earlier run`,
      "go on with --resume, or remove that folder",
    );
  }
}

function requireDimensions({ training }: TrainingConfig, { dimensions, modelId }: StartModel): void {
  const first = training.dimensions?.[0];
  if (dimensions === undefined || first === undefined || first === dimensions) return;
  throw new UsageError(
    `training.dimensions begins with ${first}, but ${modelId} has ${dimensions}`,
    `begin with ${dimensions}, or leave training.dimensions out`,
  );
}

async function openSources(
  { sources }: TrainingConfig,
  tokenizer: PairTokenizer,
  { reporter, signal }: CommandContext,
): Promise<{ pairs: PairSource[]; graded: GradedSource[] }> {
  const training = await import("@kokeshi/training");
  const opened = { pairs: [] as PairSource[], graded: [] as GradedSource[] };
  for (const { kind, path, name, weight, negatives } of sources) {
    signal.throwIfAborted();
    const more = weight === undefined ? {} : { weight };
    let source: PairSource | GradedSource;
    if (kind === "pairs") {
      source = await training.tokenizePairs(name, training.readPairs(path), tokenizer, { negatives });
      opened.pairs.push({ ...source, ...more });
    } else {
      source = await training.tokenizeGradedPairs(name, training.readGradedPairs(path), tokenizer);
      opened.graded.push({ ...source, ...more });
    }
    reporter.note(
      `${name}: ${source.pairs.toLocaleString("en")} ${kind === "pairs" ? "pairs" : "graded pairs"}`,
    );
  }
  return opened;
}

/** Options that are there, so that those that are not leave the defaults alone. */
function definedOnly<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

function meanLoss({ records }: TrainingLog): number {
  const last = records.slice(-20);
  return last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
}

function numbers(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${round(value)}`)
    .join(", ");
}

function round(value: number): string {
  return value.toFixed(4);
}
