import { availableParallelism } from "node:os";
import { embed, type EmbeddingModel } from "@kokeshi/core";
import type { PrecisionChoice, TransformerOptions } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError, Option } from "commander";
import { backends } from "../backends.js";
import { alternate, type Contestant } from "../bench/alternate.js";
import { type BenchGraph, benchGraphs, benchWeights } from "../bench/bench-graphs.js";
import {
  benchLatencies,
  benchRows,
  benchTable,
  type BenchCell,
  type Measured,
} from "../bench/bench-report.js";
import { machineLine } from "../bench/machine-line.js";
import { textsOfTokens } from "../bench/texts-of-tokens.js";
import type { CommandContext } from "../command-context.js";
import { graphCacheOf, openModelFolder } from "../open-model.js";
import { tokenizerOfFolder } from "../open-tokenizer.js";
import { streamSink } from "../output/byte-sink.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";

interface BenchCommandOptions {
  model: string;
  precision?: PrecisionChoice;
  tokens?: number[];
  batch: number[];
  threads?: number[];
  quick?: boolean;
  json?: boolean;
}

/** Texts that calls take turns with, at least twice a batch of them. */
const distinctTexts = 64;

export function addBenchCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("bench")
    .description("How long a model takes on this machine: float32 beside INT8, one thread beside two.");
  addOptions(command, [
    commonOptions.model(),
    commonOptions.graphOrPrecision(),
    new Option(
      "--tokens <numbers>",
      "tokens a text (default: 32,128,512, as far as the model takes them)",
    ).argParser(numbers),
    new Option("--batch <numbers>", "texts a call").default([1, 32], "1,32").argParser(numbers),
    new Option("--threads <numbers>", "threads that share a call of a transformer (default: 1,2)").argParser(
      numbers,
    ),
    new Option("--quick", "a glance: short texts only, about a second for each line"),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Of a transformer, the float32 graph and the best INT8 graph for this processor are measured, or the one that --graph
names. Times are medians of whole calls, from strings to normalised vectors, in turns; the table is Markdown.

Examples:
  $ kokeshi bench --quick
  $ kokeshi bench --model ./bge-small-en-v1.5
  $ kokeshi bench --model hf:sentence-transformers/all-MiniLM-L6-v2 --tokens 16,64 --threads 1,2,4
  $ kokeshi bench --model ./my-encoder --graph onnx/model_int8.onnx --json > bench.json`,
    )
    .action((options: BenchCommandOptions) => benchCommand(options, context));
}

async function benchCommand(options: BenchCommandOptions, context: CommandContext): Promise<void> {
  const { reporter, signal, stdout } = context;
  const machine = machineLine();
  const chosen = options.precision === undefined ? undefined : [options.precision];
  const folder = await openModelFolder(options.model, context, (repository) =>
    benchWeights(repository, chosen),
  );
  const found = await benchGraphs(folder);
  const isStatic = found[0] === undefined;
  const graphs = isStatic ? found : (chosen ?? found);
  if (isStatic && options.threads !== undefined) {
    throw new UsageError("--threads has no meaning for a static model, which takes one", "leave it out");
  }
  const threads = isStatic
    ? [1]
    : (options.threads ?? [1, 2].filter((count) => count <= availableParallelism()));
  const { tokenizer } = await tokenizerOfFolder(folder);

  const models: EmbeddingModel[] = [];
  const contestants: Measured[] = [];
  try {
    for (const graph of graphs) {
      for (const count of threads) {
        const model = await open(graph, count);
        models.push(model);
        contestants.push({ precision: model.description?.precision ?? "model", threads: count });
      }
    }
    const [first] = models as [EmbeddingModel];
    const lengths = lengthsFor(options, first);
    const cells: BenchCell[] = [];
    for (const tokens of lengths) {
      for (const batchSize of options.batch) {
        reporter.progress({
          done: cells.length,
          unit: "lines",
          fraction: cells.length / (lengths.length * options.batch.length),
        });
        const texts = textsOfTokens(tokenizer, tokens, Math.max(distinctTexts, 2 * batchSize));
        const timings = await alternate(
          models.map((model) => calls(model, texts, batchSize, signal)),
          { milliseconds: options.quick ? 1000 : 8000, leastRounds: 3, signal },
        );
        cells.push({ tokens, batchSize, timings });
      }
    }
    reporter.endProgress();
    const facts = graphs.map((graph, index) =>
      factsOf(models[index * threads.length] as EmbeddingModel, graph),
    );
    const text = options.json
      ? `${JSON.stringify({
          machine,
          model: folder.modelId,
          graphs: facts,
          rows: benchRows(contestants, cells),
          latencies: benchLatencies(contestants, cells),
        })}\n`
      : `${folder.modelId}\n${machine}\n\n${benchTable(contestants, cells)}${facts.map(factLine).join("")}`;
    await streamSink(stdout, signal).write(Buffer.from(text));
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }

  async function open(graph: BenchGraph, count: number): Promise<EmbeddingModel> {
    const graphCache = graphCacheOf(context);
    const load: TransformerOptions = { precision: graph, workers: 1, threads: count, signal, graphCache };
    return (await backends.open(folder, load)).model;
  }
}

/** Calls of `batchSize` texts each that the calls just before did not have. */
function calls(
  model: EmbeddingModel,
  texts: readonly string[],
  batchSize: number,
  signal: AbortSignal,
): Contestant {
  let next = 0;
  return {
    run() {
      const batch = Array.from(
        { length: batchSize },
        (_, index) => texts[(next + index) % texts.length] as string,
      );
      next += batchSize;
      return embed(model, batch, { batchSize, signal });
    },
  };
}

function lengthsFor(
  { tokens, quick }: BenchCommandOptions,
  { maxTokens = Infinity, modelId }: EmbeddingModel,
): number[] {
  const wanted = tokens ?? (quick ? [32, 128] : [32, 128, 512]);
  const possible = wanted.filter((length) => length <= maxTokens);
  if (possible.length > 0) return possible;
  if (tokens === undefined) return [maxTokens];
  throw new UsageError(
    `--tokens ${tokens.join(",")} is more than ${modelId} reads`,
    `its limit is ${maxTokens}`,
  );
}

interface GraphFacts {
  graph: string | null;
  precision: string | null;
  batchInvariant: boolean | null;
}

function factsOf({ description }: EmbeddingModel, graph: BenchGraph): GraphFacts {
  return {
    graph: graph ?? null,
    precision: description?.precision ?? null,
    batchInvariant: description?.batchInvariant ?? null,
  };
}

/** What a reader must know before choosing by speed. */
function factLine({ precision, batchInvariant }: GraphFacts): string {
  return batchInvariant === false
    ? `\n${precision}: scales are those of a whole batch, so a vector depends a little on the texts beside it.\n`
    : "";
}

function numbers(value: string): number[] {
  const items = value.split(",").map((item) => positiveInteger(item.trim()));
  if (new Set(items).size === items.length) return items;
  throw new InvalidArgumentError("Name each number once.");
}
