import { type EmbeddedBatch, InvalidFileError } from "@kokeshi/core";
import { type Calibration, isScalarPrecision, type Precision, precisions } from "@kokeshi/quantization";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, Option } from "commander";
import { readCalibrationFile, writeCalibrationFile } from "../calibration-file.js";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import type { TextRecord } from "../input/text-record.js";
import { openModel } from "../open-model.js";
import { AtomicFile } from "../output/atomic-file.js";
import { OutputClosedError, streamSink } from "../output/byte-sink.js";
import { jsonDocumentWriter } from "../output/json-document-writer.js";
import { jsonLinesWriter } from "../output/json-lines-writer.js";
import { npyWriter } from "../output/npy-writer.js";
import { unwritable } from "../output/unwritable.js";
import type { VectorWriter } from "../output/vector-batch.js";
import { type FloatBatch, quantizeBatches } from "../quantize-batches.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

interface EmbedCommandOptions extends InputOptions {
  model: string;
  graph?: PrecisionChoice;
  dimensions?: number;
  precision: Precision;
  inputType?: string;
  format: "jsonl" | "npy";
  out?: string;
  calibration?: string;
  saveCalibration?: string;
  batchSize?: number;
  json?: boolean;
}

export function addEmbedCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("embed")
    .description("Texts to vectors, one a line, streamed in constant memory.")
    .argument("[file]", "texts one a line, or .jsonl with {id, text}; - or nothing is standard input");
  addOptions(command, [
    commonOptions.model(),
    commonOptions.graph(),
    commonOptions.dimensions(),
    new Option("-p, --precision <precision>", "number format of the vectors")
      .choices(precisions)
      .default("float32"),
    new Option(
      "-t, --input-type <type>",
      "query or document: puts the model's prompt for it before each text",
    ),
    new Option(
      "-f, --format <format>",
      "jsonl streams {id, embedding} a line; npy is NumPy's, and needs --out",
    )
      .choices(["jsonl", "npy"])
      .default("jsonl"),
    new Option("-o, --out <file>", "write to a file, which appears whole or not at all"),
    new Option(
      "--calibration <file>",
      "ranges of the dimensions for int8 and uint8 (default: of the first 4,096 vectors)",
    ),
    new Option("--save-calibration <file>", "keep those ranges for later inputs and queries").conflicts(
      "calibration",
    ),
    commonOptions.batchSize(),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Without ids in the input, the id of a line is its position, counted from 0. An empty line of plain text is an empty
text, whose vector is zeros.

Examples:
  $ printf 'hello\\nこんにちは\\n' | kokeshi embed --json
  $ kokeshi embed texts.jsonl --input-type document > vectors.jsonl
  $ kokeshi embed texts.txt --dimensions 128 --format npy --out vectors.npy
  $ kokeshi embed corpus.txt --precision int8 --save-calibration ranges.json --out corpus.jsonl
  $ kokeshi embed queries.txt --precision int8 --calibration ranges.json --input-type query`,
    )
    .action((file: string | undefined, options: EmbedCommandOptions) => embedCommand(file, options, context));
}

async function embedCommand(
  file: string | undefined,
  options: EmbedCommandOptions,
  context: CommandContext,
): Promise<void> {
  requireConsistent(options);
  const given = options.calibration && (await readCalibrationFile(options.calibration, context.cwd));
  const texts = await openTexts(file, options, context);
  const { model } = await openModel(options.model, context, options);
  const out = options.out === undefined ? undefined : await AtomicFile.create(options.out, context.cwd);
  try {
    const truncated: number[] = [];
    const dimensions = options.dimensions ?? model.dimensions;
    const writers = await openWriters(options, { model: model.modelId, dimensions }, out, context, () => ({
      truncated,
      ...(model.description?.batchInvariant === false ? { batchInvariant: false } : {}),
      ...(options.skipInvalid ? { skipped: texts.skippedLines } : {}),
    }));
    let calibration: Calibration | undefined;
    const embedded = embedRecords(
      model,
      texts.records,
      { ...options, fractionRead: texts.fractionRead },
      context,
    );
    const batches = quantizeBatches(
      withIds(embedded, truncated),
      options.precision,
      given ? requireColumns(given, dimensions, options) : undefined,
      (computed, rows) => {
        calibration = computed;
        if (rows < 100) {
          context.reporter.note(
            `the ranges of ${options.precision} come from only ${rows} vectors; give better ones with --calibration`,
          );
        }
      },
    );
    for await (const batch of batches) {
      for (const writer of writers) await writer.write(batch);
    }
    if (options.saveCalibration !== undefined) {
      if (calibration === undefined) throw nothingToCalibrate();
      await writeCalibrationFile(options.saveCalibration, calibration, context.cwd);
    }
    for (const writer of writers) await writer.end();
    await out?.commit();
  } catch (error) {
    // Somebody who wants a file does not want half the job.
    const wantsFile = (options.out ?? options.saveCalibration) !== undefined;
    throw error instanceof OutputClosedError && wantsFile ? unwritable("standard output", error) : error;
  } finally {
    await out?.discard();
    await model.close();
  }
}

function requireConsistent({
  format,
  out,
  precision,
  calibration,
  saveCalibration,
}: EmbedCommandOptions): void {
  if (format === "npy" && out === undefined) {
    throw new UsageError("--format npy cannot be streamed, its header counts the rows", "add --out FILE");
  }
  if (!isScalarPrecision(precision) && (calibration ?? saveCalibration) !== undefined) {
    const option = calibration === undefined ? "--save-calibration" : "--calibration";
    throw new UsageError(
      `${option} has no meaning for --precision ${precision}`,
      "use it with int8 or uint8",
    );
  }
}

function requireColumns(given: Calibration, dimensions: number, options: EmbedCommandOptions): Calibration {
  if (given.minimum.length === dimensions) return given;
  throw new UsageError(
    `--calibration ${options.calibration} has ${given.minimum.length} dimensions, the vectors have ${dimensions}`,
    "use the calibration of the same model and the same --dimensions",
  );
}

function nothingToCalibrate(): InvalidFileError {
  return new InvalidFileError({
    part: "cli",
    problem: "the input has no text to take the ranges of --save-calibration from",
    remedy: "give it at least one, better a few thousand",
  });
}

/** `--json` prints its document on standard output, wherever else the vectors go. */
async function openWriters(
  { json, precision, format }: EmbedCommandOptions,
  head: { model: string; dimensions: number },
  out: AtomicFile | undefined,
  { stdout, signal, reporter }: CommandContext,
  tail: () => Record<string, unknown>,
): Promise<VectorWriter[]> {
  if (json || out === undefined) reporter.streamResults();
  const writers: VectorWriter[] = [];
  const sink = streamSink(stdout, signal);
  if (json) writers.push(jsonDocumentWriter(sink, { ...head, precision }, tail));
  if (out === undefined) {
    if (!json) writers.push(jsonLinesWriter(sink));
  } else {
    writers.push(format === "npy" ? await npyWriter(out, precision, head.dimensions) : jsonLinesWriter(out));
  }
  return writers;
}

/** Lets go of the texts, and notes the rows that were cut. */
async function* withIds(
  batches: AsyncIterable<EmbeddedBatch<TextRecord>>,
  truncated: number[],
): AsyncGenerator<FloatBatch, void, undefined> {
  for await (const batch of batches) {
    for (const index of batch.truncated) truncated.push(batch.start + index);
    yield { ids: batch.items.map((record) => record.id), embeddings: batch.embeddings };
  }
}
