import { resolve } from "node:path";
import type { EmbeddingModel } from "@kokeshi/core";
import type { LocalFolder } from "@kokeshi/hub";
import type { Distilled, DistilOptions, DistilProgress, StaticModelFormat } from "@kokeshi/training";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { readLegalFiles } from "../legal-files.js";
import { openModel } from "../open-model.js";
import { findTokenizer, readTokenizerFile } from "../open-tokenizer.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { requireNewFolder, writeFolder } from "../output/write-folder.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

/** As `staticModelFormats` of `@kokeshi/training`, which is loaded when there is work for it. */
const formats = ["model2vec", "sentence-transformers", "kokeshi"] as const satisfies StaticModelFormat[];

interface DistilCommandOptions extends InputOptions {
  graph?: PrecisionChoice;
  out: string;
  format: StaticModelFormat;
  dimensions?: number;
  matryoshka?: boolean;
  centering: boolean;
  weighting?: "zipf" | "counted" | "none";
  tokenizer?: string;
  vocabulary?: string;
  vocabularySize?: number;
  text?: string;
  epochs?: number;
  learningRate?: number;
  loss: "cosine" | "squared";
  seed: number;
  inputType?: string;
  batchSize?: number;
  cache?: string;
  json?: boolean;
}

export function addDistilCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("distil")
    .description("Make a static model that gives about the vectors of another model.")
    .argument("<model>", "the teacher: a folder, an npm package, or hf:owner/name[@revision]");
  addOptions(command, [
    commonOptions.graph(),
    new Option(
      "-o, --out <dir>",
      "the folder to write, which must not exist or be empty",
    ).makeOptionMandatory(),
    new Option("--format <format>", "who opens it besides Kokeshi").choices(formats).default("model2vec"),
    new Option(
      "-d, --dimensions <n>",
      "principal components to keep (default: at most 256; those of a static teacher stay)",
    ).argParser(positiveInteger),
    new Option(
      "--matryoshka",
      "keep the teacher's first dimensions instead: for a teacher trained with Matryoshka sizes",
    ),
    new Option("--no-centering", "do not subtract the mean vector first (that of a static teacher stays)"),
    new Option(
      "--weighting <way>",
      "by how rare a token is: zipf from its place in the vocabulary, counted in --text, or none " +
        "(default: zipf; none for a static teacher)",
    ).choices(["zipf", "counted", "none"]),
    new Option("--tokenizer <file>", "the tokenizer.json whose tokens to take (default: the teacher's)"),
    new Option("--vocabulary <file>", "words that become tokens as well, one a line, commonest first"),
    new Option(
      "--vocabulary-size <n>",
      "keep only the tokens that are commonest in --text, and the characters they are made of",
    ).argParser(positiveInteger),
    new Option(
      "--text <file>",
      "texts such as the student will read: it learns the teacher's vectors of them",
    ),
    new Option(
      "--epochs <n>",
      "passes over --text at most; 0 learns nothing from it (default: 20; 0 for a static teacher)",
    ).argParser(wholeNumber),
    new Option(
      "--learning-rate <share>",
      "first step, as a share of the size of the table's values (default: 0.02)",
    ).argParser(positiveNumber),
    new Option("--loss <loss>", "what is learnt: the direction of the vectors, or the vectors")
      .choices(["cosine", "squared"])
      .default("cosine"),
    new Option("--seed <n>", "the same seed gives the same model").default(1).argParser(wholeNumber),
    new Option("--input-type <type>", "put the teacher's prompt for it before every token and text"),
    new Option("--batch-size <n>", "texts a call to the teacher").argParser(positiveInteger),
    new Option("--cache <file>", "keep what the teacher gives there: interrupted work goes on"),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
The teacher is asked for the vector of each token of its tokenizer; of a static teacher the rows are read as they are.

Examples:
  $ kokeshi distil hf:BAAI/bge-base-en-v1.5@main --out ./bge-static
  $ kokeshi distil ./encoder --text notes.txt --format sentence-transformers --out ./notes-model
  $ kokeshi distil @kokeshi/model-en-ja --text notes.txt --vocabulary-size 8192 --dimensions 128 --matryoshka --format kokeshi --out ./small`,
    )
    .action((reference: string, options: DistilCommandOptions) => distilCommand(reference, options, context));
}

async function distilCommand(
  reference: string,
  options: DistilCommandOptions,
  context: CommandContext,
): Promise<void> {
  requireTexts(options);
  await requireNewFolder(options.out, resolve(context.cwd, options.out));
  const texts = options.text === undefined ? undefined : await readTexts(options.text, options, context);
  const words =
    options.vocabulary === undefined ? undefined : await readTexts(options.vocabulary, options, context);
  const { model: teacher, folder } = await openModel(reference, context, { graph: options.graph });
  try {
    if (options.dimensions !== undefined && options.dimensions > teacher.dimensions) {
      throw new UsageError(
        `--dimensions is ${options.dimensions}, but ${teacher.modelId} gives ${teacher.dimensions}`,
        `use a whole number from 1 to ${teacher.dimensions}`,
      );
    }
    const { distil, staticModelFiles } = await import("@kokeshi/training");
    const tokenizer = await tokenizerJson(options, teacher, folder, context);
    const { epochs = tokenizer === undefined ? 0 : 20, learningRate, loss, seed } = options;
    const distilled = await distil(teacher, {
      tokenizerJson: tokenizer,
      words,
      texts,
      vocabularySize: options.vocabularySize,
      dimensions: options.dimensions,
      matryoshka: options.matryoshka,
      center: options.centering ? undefined : false,
      weighting: options.weighting,
      inputType: options.inputType,
      batchSize: options.batchSize,
      cache: options.cache === undefined ? undefined : resolve(context.cwd, options.cache),
      regression: texts === undefined || epochs === 0 ? undefined : { epochs, learningRate, loss, seed },
      signal: context.signal,
      onProgress: progressOf(context),
    } satisfies DistilOptions);
    context.reporter.endProgress();
    const files = { ...(await readLegalFiles(folder)), ...staticModelFiles(distilled.model, options.format) };
    const written = await writeFolder(options.out, files, context);
    await report(teacher, distilled, written, options, context);
  } finally {
    await teacher.close();
  }
}

function requireTexts({ text, weighting, vocabularySize, epochs }: DistilCommandOptions): void {
  if (text !== undefined) return;
  const needing = [
    ...(weighting === "counted" ? ["--weighting counted"] : []),
    ...(vocabularySize === undefined ? [] : ["--vocabulary-size"]),
    ...(epochs === undefined || epochs === 0 ? [] : ["--epochs"]),
  ];
  if (needing.length > 0) throw new UsageError(`${needing[0]} needs texts`, "add --text FILE");
}

/** The texts of a file that are not empty. */
async function readTexts(file: string, options: InputOptions, context: CommandContext): Promise<string[]> {
  const { records, fractionRead } = await openTexts(file, options, context);
  const texts: string[] = [];
  for await (const list of records) {
    for (const { text } of list) if (text.trim() !== "") texts.push(text);
    context.reporter.progress({ done: texts.length, unit: "texts read", fraction: fractionRead() });
  }
  context.reporter.endProgress();
  if (texts.length === 0) throw new UsageError(`${file} has no text`, "name a file with one text a line");
  return texts;
}

/** `undefined` where the rows of a static teacher are to be read. */
async function tokenizerJson(
  { tokenizer, vocabulary }: DistilCommandOptions,
  teacher: EmbeddingModel,
  folder: LocalFolder,
  { cwd }: CommandContext,
): Promise<string | Uint8Array | undefined> {
  if (tokenizer !== undefined) return (await readTokenizerFile(tokenizer, cwd)).text;
  const isStatic = teacher.description?.backend === "static";
  return isStatic && vocabulary === undefined ? undefined : folder.read(await findTokenizer(folder));
}

function progressOf({ reporter }: CommandContext): (progress: DistilProgress) => void {
  const units = { vocabulary: "tokens", texts: "texts", regression: "epochs" };
  let stage: DistilProgress["stage"] | undefined;
  return (progress) => {
    if (progress.stage !== stage) reporter.endProgress();
    stage = progress.stage;
    const { done, total } = progress;
    reporter.progress({ done, unit: units[stage], fraction: total === 0 ? undefined : done / total });
  };
}

async function report(
  teacher: EmbeddingModel,
  { model, regression, wordsUnreachable, ...distilled }: Distilled,
  files: readonly { path: string; bytes: number }[],
  { out, format, json }: DistilCommandOptions,
  { stdout, signal, reporter }: CommandContext,
): Promise<void> {
  const { dimensions } = model;
  const { tokens } = distilled;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (wordsUnreachable.length > 0) {
    const examples = wordsUnreachable.slice(0, 5).map((word) => JSON.stringify(word));
    reporter.warning(
      `${wordsUnreachable.length.toLocaleString("en")} words of --vocabulary are never one token here, ` +
        `such as ${examples.join(", ")}; they were left out`,
    );
  }
  const learnt =
    regression === undefined
      ? null
      : {
          trainingTexts: regression.trainingTexts,
          validationTexts: regression.validationTexts,
          epochs: regression.history.length - 1,
          bestEpoch: regression.bestEpoch,
          validationLoss: regression.history.map(({ validationLoss }) => validationLoss),
        };
  const document = {
    model: teacher.modelId,
    out,
    format,
    dimensions,
    ...distilled,
    wordsUnreachable: wordsUnreachable.length,
    regression: learnt,
    bytes,
    files,
  };
  if (learnt !== null) {
    const [first, best] = [learnt.validationLoss[0], learnt.validationLoss[learnt.bestEpoch]] as [
      number,
      number,
    ];
    reporter.note(
      `validation loss ${first.toFixed(4)} before the texts, ${best.toFixed(4)} after epoch ${learnt.bestEpoch} of ${learnt.epochs}`,
    );
  }
  const text = json
    ? `${JSON.stringify(document)}\n`
    : `${out}: ${tokens.toLocaleString("en")} tokens, ${dimensions} dimensions, ${byteCount(bytes)}\n`;
  await streamSink(stdout, signal).write(Buffer.from(text));
}

function wholeNumber(value: string): number {
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  throw new InvalidArgumentError("Use a whole number.");
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number > 0 && number < Infinity) return number;
  throw new InvalidArgumentError("Use a number above 0.");
}
