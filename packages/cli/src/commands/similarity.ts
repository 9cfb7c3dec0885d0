import { cosineSimilarity, InvalidFileError } from "@kokeshi/core";
import { heatMap, mostTextsOfHeatMap } from "@kokeshi/plots";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import type { TextRecord } from "../input/text-record.js";
import { openModel } from "../open-model.js";
import { AtomicFile } from "../output/atomic-file.js";
import { type ByteSink, streamSink } from "../output/byte-sink.js";
import { displayWidth, fitToWidth, padToWidth } from "../output/display-width.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

interface SimilarityCommandOptions extends InputOptions {
  file?: string;
  model: string;
  graph?: PrecisionChoice;
  dimensions?: number;
  plot?: string;
  json?: boolean;
}

export function addSimilarityCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("similarity")
    .description("How similar texts are: the cosine of every pair, from -1 to 1.")
    .argument("[text...]", "the texts");
  addOptions(command, [
    new Option(
      "--file <file>",
      "take the texts from a file instead, one a line or .jsonl; - is standard input",
    ),
    new Option(
      "--plot <file>",
      `also draw the matrix as a heat map (SVG), up to ${mostTextsOfHeatMap} texts`,
    ),
    commonOptions.model(),
    commonOptions.graph(),
    commonOptions.dimensions(),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Examples:
  $ kokeshi similarity "a black cat" "黒い猫" "an old map"
  $ kokeshi similarity --file titles.txt --plot titles.svg
  $ kokeshi similarity --json -- "-5 degrees" "minus five degrees"`,
    )
    .action((texts: string[], options: SimilarityCommandOptions) =>
      similarityCommand(texts, options, context),
    );
}

async function similarityCommand(
  texts: readonly string[],
  options: SimilarityCommandOptions,
  context: CommandContext,
): Promise<void> {
  if (texts.length > 0 === (options.file !== undefined)) {
    throw new UsageError(
      texts.length > 0 ? "texts are given and --file as well" : "no texts are given",
      'write kokeshi similarity "one text" "another", or kokeshi similarity --file texts.txt',
    );
  }
  const records =
    options.file === undefined
      ? [recordsOf(texts)]
      : (await openTexts(options.file, options, context)).records;
  const place = options.file === undefined ? "text" : "line";
  const { model } = await openModel(options.model, context, { graph: options.graph });
  try {
    const embedded = await embedAll(embedRecords(model, records, { ...options, place }, context));
    if (embedded.texts.length === 0) {
      throw new InvalidFileError({
        part: "cli",
        problem: `${options.file} has no texts`,
        remedy: "write one a line",
      });
    }
    if (options.plot !== undefined) await plot(options.plot, embedded, model.modelId, context);
    const sink = streamSink(context.stdout, context.signal);
    await (options.json ? writeJson(sink, model.modelId, embedded) : writeTable(sink, embedded));
  } finally {
    await model.close();
  }
}

function recordsOf(texts: readonly string[]): TextRecord[] {
  return texts.map((text, index) => ({ text, id: String(index), line: index + 1 }));
}

interface EmbeddedTexts {
  texts: string[];
  vectors: Float32Array[];
}

async function embedAll(batches: ReturnType<typeof embedRecords>): Promise<EmbeddedTexts> {
  const texts: string[] = [];
  const vectors: Float32Array[] = [];
  for await (const { items, embeddings } of batches) {
    for (const { text } of items) texts.push(text);
    vectors.push(...embeddings);
  }
  return { texts, vectors };
}

function similarities(vector: Float32Array, { vectors }: EmbeddedTexts): number[] {
  return vectors.map((other) => cosineSimilarity(vector, other));
}

async function writeJson(sink: ByteSink, model: string, embedded: EmbeddedTexts): Promise<void> {
  await sink.write(
    Buffer.from(`${JSON.stringify({ model, texts: embedded.texts }).slice(0, -1)},"similarity":[`),
  );
  for (const [index, vector] of embedded.vectors.entries()) {
    const row = JSON.stringify(similarities(vector, embedded));
    await sink.write(Buffer.from(`${index === 0 ? "" : ","}\n${row}`));
  }
  await sink.write(Buffer.from("]}\n"));
}

/** A row at a time: a file may have thousands of texts. */
async function writeTable(sink: ByteSink, embedded: EmbeddedTexts): Promise<void> {
  const labels = embedded.texts.map((text, index) => `${index + 1}  ${fitToWidth(text, 40)}`);
  const width = labels.reduce((widest, label) => Math.max(widest, displayWidth(label)), 0);
  const cell = (text: string) => text.padStart(7);
  const numbers = labels.map((_, index) => cell(String(index + 1))).join("");
  await sink.write(Buffer.from(`${" ".repeat(width)}${numbers}\n`));
  for (const [index, vector] of embedded.vectors.entries()) {
    const row = similarities(vector, embedded).map((value) => cell(value.toFixed(3)));
    await sink.write(Buffer.from(`${padToWidth(labels[index] as string, width)}${row.join("")}\n`));
  }
}

async function plot(
  file: string,
  embedded: EmbeddedTexts,
  model: string,
  { cwd }: CommandContext,
): Promise<void> {
  if (embedded.texts.length > mostTextsOfHeatMap) {
    throw new UsageError(
      `--plot draws at most ${mostTextsOfHeatMap} texts, and there are ${embedded.texts.length}`,
      "give fewer texts, or leave --plot out",
    );
  }
  const similarity = embedded.vectors.map((vector) => similarities(vector, embedded));
  const out = await AtomicFile.create(file, cwd);
  try {
    await out.write(Buffer.from(heatMap(embedded.texts, similarity, model)));
    await out.commit();
  } finally {
    await out.discard();
  }
}
