import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { Embeddings, type EmbeddedBatch } from "@kokeshi/core";
import { type Precision, precisions } from "@kokeshi/quantization";
import { type IndexOptions, KokeshiIndex } from "@kokeshi/search";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import { indexedId, type IndexedText } from "../indexed-text.js";
import type { TextRecord } from "../input/text-record.js";
import { openModel } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

interface IndexBuildOptions extends InputOptions {
  out: string;
  model: string;
  graph?: PrecisionChoice;
  dimensions?: number;
  scanDimensions?: number;
  precision: Precision;
  rescoring?: IndexOptions["rescoring"];
  batchSize?: number;
  json?: boolean;
}

/** Vectors of a commit: enough that the first ones give int8 good ranges. */
const rowsOfCommit = 16_384;

export function addIndexBuildCommand(index: Command, context: CommandContext): void {
  const command = index
    .command("build")
    .description("Texts to an index in one file, which appears whole or not at all.")
    .argument("<corpus>", "texts one a line, or .jsonl with {id, text}; - is standard input");
  addOptions(command, [
    new Option("-o, --out <file>", "the index, usually .kidx").makeOptionMandatory(),
    commonOptions.model(),
    commonOptions.graph(),
    commonOptions.dimensions(),
    new Option("-p, --precision <precision>", "number format of the codes that every search looks at")
      .choices(precisions)
      .default("float32"),
    new Option(
      "-r, --rescoring <precision>",
      "keep finer codes as well, which score again what the first ones find",
    ).choices(["float32", "int8", "uint8"]),
    new Option(
      "--scan-dimensions <n>",
      "let --precision see the first components only, and --rescoring all",
    ).argParser(positiveInteger),
    commonOptions.batchSize(),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Texts get the model's prompt for documents. Of an id that comes twice, the last text stays.

Examples:
  $ kokeshi index build notes.txt --out notes.kidx
  $ kokeshi index build corpus.jsonl --out corpus.kidx --precision binary --rescoring int8
  $ kokeshi index build corpus.jsonl --out small.kidx --dimensions 128 --precision int8`,
    )
    .action((corpus: string, options: IndexBuildOptions) => indexBuildCommand(corpus, options, context));
}

async function indexBuildCommand(
  corpus: string,
  options: IndexBuildOptions,
  context: CommandContext,
): Promise<void> {
  const { cwd, signal, reporter } = context;
  const texts = await openTexts(corpus, options, context);
  const { model } = await openModel(options.model, context, options);
  const out = resolve(cwd, options.out);
  const temporary = `${out}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const dimensions = options.dimensions ?? model.dimensions;
    requireScanDimensions(options, dimensions);
    await using index = await KokeshiIndex.create({
      path: temporary,
      dimensions,
      scanDimensions: options.scanDimensions,
      precision: options.precision,
      rescoring: options.rescoring,
      model: model.modelId,
    });
    const embedOptions = { ...options, inputType: "document", fractionRead: texts.fractionRead };
    const batches = embedRecords(model, texts.records, embedOptions, context);
    let added = 0;
    for await (const commit of inCommits(batches, dimensions)) {
      await index.add(commit, { signal });
      added += commit.ids.length;
    }
    if (added > index.count) {
      const replaced = (added - index.count).toLocaleString("en");
      reporter.warning(`${replaced} texts were left out: later ones have their ids`);
    }
    await index.save(out, {
      overwrite: true,
      signal,
      onProgress: ({ done, total }) =>
        reporter.progress({ done, unit: "texts written", fraction: done / total }),
    });
    reporter.endProgress();
    await report(out, model.modelId, options, context);
  } finally {
    await rm(temporary, { force: true });
    await model.close();
  }
}

function requireScanDimensions({ scanDimensions, rescoring }: IndexBuildOptions, dimensions: number): void {
  if (scanDimensions === undefined) return;
  if (scanDimensions > dimensions) {
    throw new UsageError(
      `--scan-dimensions is ${scanDimensions}, but the vectors have ${dimensions}`,
      `use a whole number from 1 to ${dimensions}`,
    );
  }
  if (rescoring === undefined && scanDimensions < dimensions) {
    throw new UsageError("--scan-dimensions without --rescoring sees too little", "add --rescoring int8");
  }
}

interface Commit {
  ids: string[];
  vectors: Embeddings;
  payloads: IndexedText[];
}

/** Batches of the model, gathered to commits. */
async function* inCommits(
  batches: AsyncIterable<EmbeddedBatch<TextRecord>>,
  dimensions: number,
): AsyncGenerator<Commit, void, undefined> {
  let records: TextRecord[] = [];
  let matrices: Embeddings[] = [];

  function commit(): Commit {
    const vectors = Embeddings.zeros(records.length, dimensions);
    let start = 0;
    for (const { data } of matrices) {
      vectors.data.set(data, start);
      start += data.length;
    }
    const indexed = records.map(indexedId);
    records = [];
    matrices = [];
    return { vectors, ids: indexed.map(({ id }) => id), payloads: indexed.map(({ payload }) => payload) };
  }

  for await (const { items, embeddings } of batches) {
    for (const record of items) records.push(record);
    matrices.push(embeddings);
    if (records.length >= rowsOfCommit) yield commit();
  }
  if (records.length > 0) yield commit();
}

async function report(
  out: string,
  model: string,
  options: IndexBuildOptions,
  { stdout, signal, reporter }: CommandContext,
): Promise<void> {
  await using index = await KokeshiIndex.open(out);
  const { count, bytes } = index.info();
  reporter.note(`${count.toLocaleString("en")} texts in ${options.out}, ${byteCount(bytes)}`);
  if (!options.json) return;
  const { dimensions } = index;
  const { precision, rescoring = null } = options;
  const document = { model, out: options.out, count, dimensions, precision, rescoring, bytes };
  await streamSink(stdout, signal).write(Buffer.from(`${JSON.stringify(document)}\n`));
}
