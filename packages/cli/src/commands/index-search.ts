import { resolve } from "node:path";
import { KokeshiIndex, type SearchHit } from "@kokeshi/search";
import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { embedRecords } from "../embed-records.js";
import { textOfHit } from "../indexed-text.js";
import { openModel } from "../open-model.js";
import { streamSink } from "../output/byte-sink.js";
import { type Hit, hitsAsJson, hitsAsTables } from "../output/hits.js";
import { addOptions, commonOptions, positiveInteger } from "./common-options.js";
import { fusionOf, type HybridOptions, hybridOptions } from "./hybrid-options.js";

interface IndexSearchOptions extends HybridOptions {
  topK: number;
  candidates?: number;
  threads: number;
  model: string;
  graph?: PrecisionChoice;
  json?: boolean;
}

export function addIndexSearchCommand(index: Command, context: CommandContext): void {
  const command = index
    .command("search")
    .description("The texts of an index that are nearest to each query.")
    .argument("<file>", "an index, as `kokeshi index build` writes it")
    .argument("<query...>", "what to look for");
  addOptions(command, [
    new Option("-k, --top-k <k>", "hits a query").default(10).argParser(positiveInteger),
    new Option(
      "--candidates <n>",
      "texts found with the codes that are scored again with finer ones (default: 10 times --top-k, with --hybrid at least 100)",
    ).argParser(positiveInteger),
    ...hybridOptions(),
    new Option("--threads <n>", "threads that search together").default(1).argParser(positiveInteger),
    commonOptions.model(),
    commonOptions.graph(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
The model must be the one the index was built with. Queries get its prompt for queries. Scores are cosines, estimated
where the index holds codes; with --hybrid they say how a text stands among those found for the query, 1 at best. The
words are taken out of the texts each time, some ten megabytes a second.

Examples:
  $ kokeshi index search notes.kidx "how do I make my index smaller?"
  $ kokeshi index search notes.kidx --hybrid "error E1234" "ポート番号"
  $ kokeshi index search corpus.kidx --top-k 3 --json "first question" "次の質問"`,
    )
    .action((file: string, queries: string[], options: IndexSearchOptions) =>
      indexSearchCommand(file, queries, options, context),
    );
}

async function indexSearchCommand(
  file: string,
  queries: readonly string[],
  { topK, candidates, threads, json, ...options }: IndexSearchOptions,
  context: CommandContext,
): Promise<void> {
  const { signal, reporter } = context;
  const fusion = fusionOf(options);
  await using index = await KokeshiIndex.open(resolve(context.cwd, file), { threads });
  const { model } = await openModel(options.model, context, { graph: options.graph });
  try {
    index.requireModel(model.modelId);
    const records = queries.map((text, place) => ({ text, id: String(place), line: place + 1 }));
    const embedOptions = { dimensions: index.dimensions, inputType: "query", place: "query" };
    if (fusion !== undefined) {
      await index.loadTerms({
        signal,
        onProgress: ({ done, total }) =>
          reporter.progress({ done, unit: "texts read", fraction: done / total }),
      });
      reporter.endProgress();
    }
    const results: SearchHit[][] = [];
    for await (const { embeddings } of embedRecords(model, [records], embedOptions, context)) {
      const texts = queries.slice(results.length, results.length + embeddings.rows);
      const hybrid = fusion && { texts, ...fusion };
      results.push(...(await index.search(embeddings, { topK, candidates, hybrid, signal })));
    }
    const hits = results.map((list) => list.map(hitOf));
    const text = json ? hitsAsJson(model.modelId, queries, hits) : hitsAsTables(queries, hits);
    await streamSink(context.stdout, signal).write(Buffer.from(text));
  } finally {
    await model.close();
  }
}

function hitOf({ id, score, payload }: SearchHit): Hit {
  return { ...textOfHit(id, payload), score };
}
