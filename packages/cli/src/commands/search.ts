import { type EmbeddedBatch, type Embeddings, type EmbeddingModel, nearestNeighbors } from "@kokeshi/core";
import { type FusionOptions, KokeshiIndex } from "@kokeshi/search";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import type { TextRecord } from "../input/text-record.js";
import { openModel } from "../open-model.js";
import { streamSink } from "../output/byte-sink.js";
import { type Hit, hitsAsJson, hitsAsTables } from "../output/hits.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { fusionOf, type HybridOptions, hybridOptions } from "./hybrid-options.js";
import { type InputOptions, inputOptions, openTexts } from "./input-options.js";

interface SearchCommandOptions extends InputOptions, HybridOptions {
  corpus: string;
  topK: number;
  model: string;
  graph?: PrecisionChoice;
  dimensions?: number;
  batchSize?: number;
  json?: boolean;
}

export function addSearchCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("search")
    .description("The texts of a file that are nearest to each query: exact, over every line.")
    .argument("<query...>", "what to look for");
  addOptions(command, [
    new Option(
      "--corpus <file>",
      "texts one a line, or .jsonl with {id, text}; - is standard input",
    ).makeOptionMandatory(),
    new Option("-k, --top-k <k>", "hits a query").default(10).argParser(positiveInteger),
    ...hybridOptions(),
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
Queries get the model's prompt for queries, the corpus the one for documents, where it has them. Scores are cosines; with
--hybrid they say how a text stands among those found for the query, 1 at best. The corpus is read once and not kept,
but with --hybrid it is held in memory: what a word is worth depends on all texts.

Examples:
  $ kokeshi search --corpus notes.txt "how do I make my index smaller?"
  $ kokeshi search --corpus notes.txt --hybrid "error E1234"
  $ kokeshi search --corpus corpus.jsonl --top-k 3 --json "first question" "次の質問"`,
    )
    .action((queries: string[], options: SearchCommandOptions) => searchCommand(queries, options, context));
}

async function searchCommand(
  queries: readonly string[],
  options: SearchCommandOptions,
  context: CommandContext,
): Promise<void> {
  const fusion = fusionOf(options);
  const corpus = await openTexts(options.corpus, options, context);
  const { model } = await openModel(options.model, context, { graph: options.graph });
  try {
    const queryVectors = await embedQueries(model, queries, options, context);
    const embedOptions = { ...options, inputType: "document", fractionRead: corpus.fractionRead };
    const batches = embedRecords(model, corpus.records, embedOptions, context);
    const search = { queries, queryVectors, topK: options.topK };
    const hits =
      fusion === undefined
        ? await searchStream(batches, search)
        : await searchInMemory(batches, search, fusion, context);
    const text = options.json ? hitsAsJson(model.modelId, queries, hits) : hitsAsTables(queries, hits);
    await streamSink(context.stdout, context.signal).write(Buffer.from(text));
  } finally {
    await model.close();
  }
}

interface QuerySearch {
  queries: readonly string[];
  queryVectors: Embeddings;
  topK: number;
}

/** Keeps the best of what has gone by, so that a corpus of any length can come from a pipe. */
async function searchStream(
  batches: AsyncIterable<EmbeddedBatch<TextRecord>>,
  { queries, queryVectors, topK }: QuerySearch,
): Promise<Hit[][]> {
  let hits: Hit[][] = queries.map(() => []);
  for await (const { items, embeddings } of batches) {
    hits = nearestNeighbors(queryVectors, embeddings, topK).map((neighbors, query) => {
      const found = neighbors.map(({ index, score }) => ({ ...(items[index] as TextRecord), score }));
      return best([...(hits[query] as Hit[]), ...found], topK);
    });
  }
  return hits;
}

/** What a word is worth depends on all texts: an index in memory holds them. */
async function searchInMemory(
  batches: AsyncIterable<EmbeddedBatch<TextRecord>>,
  { queries, queryVectors, topK }: QuerySearch,
  fusion: FusionOptions,
  { signal, reporter }: CommandContext,
): Promise<Hit[][]> {
  await using index = await KokeshiIndex.create({ dimensions: queryVectors.dimensions });
  for await (const { items, embeddings, start } of batches) {
    // A corpus may have an id twice; both are found.
    const ids = items.map((_, row) => String(start + row));
    const payloads = items.map(({ id, text }) => ({ id, text }));
    await index.add({ ids, vectors: embeddings, payloads }, { signal });
  }
  await index.loadTerms({
    signal,
    onProgress: ({ done, total }) => reporter.progress({ done, unit: "texts read", fraction: done / total }),
  });
  reporter.endProgress();
  const found = await index.search(queryVectors, { topK, hybrid: { texts: queries, ...fusion }, signal });
  return found.map((list) =>
    list.map(({ payload, score }) => ({ ...(payload as Omit<Hit, "score">), score })),
  );
}

async function embedQueries(
  model: EmbeddingModel,
  queries: readonly string[],
  { dimensions }: SearchCommandOptions,
  context: CommandContext,
): Promise<Embeddings> {
  const records = queries.map((text, index) => ({ text, id: String(index), line: index + 1 }));
  const options = { dimensions, inputType: "query", batchSize: queries.length, place: "query" };
  const matrices: Embeddings[] = [];
  for await (const { embeddings } of embedRecords(model, [records], options, context))
    matrices.push(embeddings);
  // One batch holds them all.
  return matrices[0] as Embeddings;
}

/** The sort keeps the order of equal scores: that of the corpus. */
function best(hits: Hit[], topK: number): Hit[] {
  return hits.sort((a, b) => b.score - a.score).slice(0, topK);
}
