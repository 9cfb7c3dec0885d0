import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type EmbeddingModel, Embeddings, InvalidFileError } from "@kokeshi/core";
import { readTaskFolder } from "@kokeshi/evaluation";
import {
  type Judgements,
  measurePlans,
  type PlanBounds,
  planName,
  planPlot,
  type PlanReport,
  planTable,
  recommendPlan,
  type VectorsWithIds,
} from "@kokeshi/search";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import { indexedId } from "../indexed-text.js";
import { unreadable } from "../input/input-source.js";
import type { TextRecord } from "../input/text-record.js";
import { openModel } from "../open-model.js";
import { streamSink } from "../output/byte-sink.js";
import { writeFolder } from "../output/write-folder.js";
import { UsageError } from "../usage-error.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

interface IndexPlanOptions extends InputOptions, PlanBounds {
  queries?: string;
  qrels?: string;
  topK: number;
  out?: string;
  model: string;
  graph?: PrecisionChoice;
  dimensions?: number;
  batchSize?: number;
  json?: boolean;
}

export function addIndexPlanCommand(index: Command, context: CommandContext): void {
  const command = index
    .command("plan")
    .description(
      "Which dimensions, codes and rescoring an index of these texts needs, measured with your queries.",
    )
    .argument("<corpus>", "texts one a line, or .jsonl with {id, text}; or the folder of a retrieval task");
  addOptions(command, [
    new Option("--queries <file>", "texts to look for, in the same formats; a task folder has its own"),
    new Option(
      "--qrels <file>",
      "which texts answer which query: query id, text id and grade, divided by tabs",
    ),
    new Option(
      "--max-bytes <n>",
      "recommend the best plan of at most so many bytes a vector in memory",
    ).argParser(positiveInteger),
    new Option(
      "--min-recall <share>",
      "recommend the smallest plan that finds this share of the nearest",
    ).argParser(share),
    new Option(
      "--min-ndcg <share>",
      "recommend the smallest plan that keeps this share of the nDCG of float32",
    ).argParser(share),
    new Option("-k, --top-k <k>", "hits a query").default(10).argParser(positiveInteger),
    new Option("-o, --out <dir>", "a new folder for plans.md, plans.svg and plans.json"),
    commonOptions.model(),
    commonOptions.graph(),
    commonOptions.dimensions(),
    commonOptions.batchSize(),
    ...inputOptions(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Finer codes of rescoring may stay on the disk and do not count as memory. The vectors are held as float32 while plans
are measured: give a part of a large corpus.

Examples:
  $ kokeshi index plan corpus.jsonl --queries queries.jsonl --min-recall 0.95
  $ kokeshi index plan corpus.jsonl --queries queries.jsonl --qrels qrels.tsv --max-bytes 64 --out plans
  $ kokeshi index plan eval/SciFact --max-bytes 64`,
    )
    .action((corpus: string, options: IndexPlanOptions) => indexPlanCommand(corpus, options, context));
}

async function indexPlanCommand(
  corpus: string,
  options: IndexPlanOptions,
  context: CommandContext,
): Promise<void> {
  const { reporter, signal, stdout } = context;
  const texts = await openCollection(corpus, options, context);
  if (options.minNdcg !== undefined && texts.judgements === undefined) {
    throw new UsageError(
      "--min-ndcg needs to know which texts answer the queries",
      "add --qrels, or use --min-recall",
    );
  }
  const { model } = await openModel(options.model, context, { graph: options.graph });
  try {
    const documents = await vectorsOf(model, texts.documents, { ...options, inputType: "document" }, context);
    const queries = await vectorsOf(model, texts.queries, { ...options, inputType: "query" }, context);
    const report = await measurePlans(documents, queries, {
      judgements: texts.judgements,
      topK: options.topK,
      signal,
      onProgress: ({ done, total }) =>
        reporter.progress({ done, unit: "plans measured", fraction: done / total }),
    });
    reporter.endProgress();
    const { maxBytes, minRecall, minNdcg } = options;
    const isBounded = maxBytes !== undefined || minRecall !== undefined || minNdcg !== undefined;
    const bounds = isBounded ? { maxBytes, minRecall, minNdcg } : undefined;
    const markdown = planTable(report, bounds);
    const json = `${JSON.stringify(document(model.modelId, report, bounds))}\n`;
    if (options.out !== undefined) {
      const files = { "plans.md": markdown, "plans.svg": planPlot(report), "plans.json": json };
      const bytes = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const);
      await writeFolder(options.out, Object.fromEntries(bytes), context);
      reporter.note(`plans.md, plans.svg and plans.json are in ${options.out}`);
    }
    await streamSink(stdout, signal).write(Buffer.from(options.json ? json : markdown));
  } finally {
    await model.close();
  }
}

/** What `--json` prints. */
function document(model: string, report: PlanReport, bounds: PlanBounds | undefined): unknown {
  const { documents, queries, dimensions, topK, results } = report;
  const named = (result: PlanReport["exact"]): unknown => {
    const { plan, ...measured } = result;
    const { rescoring = null, multiplier = null } = plan;
    return { name: planName(plan), ...plan, rescoring, multiplier, ...measured, ndcg: measured.ndcg ?? null };
  };
  const chosen = bounds && recommendPlan(report, bounds);
  return {
    model,
    documents,
    queries,
    dimensions,
    topK,
    plans: results.map(named),
    recommended: chosen === undefined ? null : named(chosen),
  };
}

type Lists = Iterable<readonly TextRecord[]> | AsyncIterable<readonly TextRecord[]>;

interface Collection {
  documents: Lists;
  queries: Lists;
  judgements: Judgements | undefined;
}

async function openCollection(
  corpus: string,
  options: IndexPlanOptions,
  context: CommandContext,
): Promise<Collection> {
  const path = resolve(context.cwd, corpus);
  const isFolder = corpus !== "-" && ((await stat(path).catch(() => undefined))?.isDirectory() ?? false);
  if (isFolder) return taskCollection(corpus, path, options);
  if (options.queries === undefined) {
    throw new UsageError(
      "there are no queries",
      "add --queries FILE, or give the folder of a retrieval task",
    );
  }
  const documents = await openTexts(corpus, options, context);
  const queries = await openTexts(options.queries, options, context);
  const judgements = options.qrels === undefined ? undefined : await readQrels(options.qrels, context.cwd);
  return { documents: documents.records, queries: queries.records, judgements };
}

async function taskCollection(corpus: string, path: string, options: IndexPlanOptions): Promise<Collection> {
  if (options.queries !== undefined || options.qrels !== undefined) {
    throw new UsageError(
      `${corpus} is a folder, which has queries of its own`,
      "leave out --queries and --qrels",
    );
  }
  const task = await readTaskFolder(path);
  if (task.type !== "retrieval") {
    throw new InvalidFileError({
      part: "cli",
      problem: `${join(corpus, "task.json")} describes a task of type ${task.type}`,
      remedy: "give the folder of a retrieval task",
    });
  }
  const { data } = task;
  return {
    documents: [recordsOf(data.corpus)],
    queries: [recordsOf(data.queries).filter((_, row) => data.qrels.has(data.queries.ids[row] as string))],
    judgements: data.qrels,
  };
}

function recordsOf({ ids, texts }: { ids: readonly string[]; texts: readonly string[] }): TextRecord[] {
  return texts.map((text, row) => ({ text, id: JSON.stringify(ids[row]), line: row + 1 }));
}

async function readQrels(file: string, cwd: string): Promise<Judgements> {
  const text = await readFile(resolve(cwd, file), "utf8").catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const judgements = new Map<string, Map<string, number>>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [query, document, grade, ...more] = line.split("\t");
    const value = Number(grade);
    const isRow = query !== undefined && document !== undefined && grade?.trim() && more.length === 0;
    if (isRow && Number.isFinite(value)) {
      const ofQuery = judgements.get(query) ?? new Map<string, number>();
      judgements.set(query, ofQuery.set(document, value));
      continue;
    }
    // The header of BEIR.
    if (index === 0 && isRow) continue;
    throw new InvalidFileError({
      part: "cli",
      problem: `${file}:${index + 1}: not a query id, a text id and a grade, divided by tabs`,
      remedy: "correct the line",
    });
  }
  return judgements;
}

async function vectorsOf(
  model: EmbeddingModel,
  lists: Lists,
  { inputType, dimensions, batchSize }: { inputType: string; dimensions?: number; batchSize?: number },
  context: CommandContext,
): Promise<VectorsWithIds> {
  const rows = new Map<string, Float32Array>();
  const place = inputType === "query" ? "query" : "line";
  const batches = embedRecords(model, lists, { inputType, dimensions, batchSize, place }, context);
  for await (const { items, embeddings } of batches) {
    items.forEach((record, row) => rows.set(indexedId(record).id, embeddings.row(row)));
  }
  const ids = [...rows.keys()];
  const size = dimensions ?? model.dimensions;
  const vectors = Embeddings.zeros(ids.length, size);
  ids.forEach((id, row) => vectors.data.set(rows.get(id) as Float32Array, row * size));
  return { ids, vectors };
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number > 0 && number <= 1) return number;
  throw new InvalidArgumentError("Use a number above 0 and up to 1, such as 0.95.");
}
