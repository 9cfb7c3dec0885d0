// Words, vectors and both, nDCG@10 with the default model: npm run hybrid -w @kokeshi/search [-- --weights]
import { resolveModel } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { embeddedTask } from "../src/fixtures/retrieval-task.js";
import { type CreateOptions, type FusionOptions, KokeshiIndex } from "../src/index.js";
import { meanNdcg } from "../src/plans/ndcg.js";

const tasks = ["SciFact", "Cranfield", "JaQuAD-retrieval"];
const bits = { precision: "binary", rescoring: "int8" } as const;
const methods = ["normalized", "scores", "ranks"] as const;

interface Row {
  name: string;
  fusion?: FusionOptions;
  index?: Partial<CreateOptions>;
}

const rows: Row[] = [
  { name: "words: BM25", fusion: { lexicalWeight: 1 } },
  {
    name: "words: BM25, k1 = 1.2, b = 0.75",
    fusion: { lexicalWeight: 1 },
    index: { terms: { k1: 1.2, b: 0.75 } },
  },
  { name: "vectors", fusion: undefined },
  ...methods.map((method) => ({ name: `both: ${method}`, fusion: { method } })),
  { name: "both: normalized, k1 = 1.2, b = 0.75", fusion: {}, index: { terms: { k1: 1.2, b: 0.75 } } },
  { name: "vectors, binary + int8", fusion: undefined, index: bits },
  { name: "both: normalized, binary + int8", fusion: {}, index: bits },
];

const weights: Row[] = methods.flatMap((method) =>
  [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((lexicalWeight) => ({
    name: `both: ${method}, ${lexicalWeight}`,
    fusion: { method, lexicalWeight },
  })),
);

const model = await loadStaticModel(await resolveModel("@kokeshi/model-en-ja"));
const shown = process.argv.includes("--weights") ? weights : rows;
const scores = new Map(shown.map(({ name }) => [name, [] as number[]]));
for (const task of tasks) {
  const { documents, queries, qrels } = await embeddedTask(model, task);
  const { ids, vectors, texts: payloads } = documents;
  const indexes = new Map<string, KokeshiIndex>();
  for (const { name, fusion, index: options } of shown) {
    const key = JSON.stringify(options ?? {});
    const index =
      indexes.get(key) ?? (await KokeshiIndex.create({ dimensions: model.dimensions, ...options }));
    if (!indexes.has(key)) await index.add({ ids, vectors, payloads });
    indexes.set(key, index);
    const hybrid = fusion && { texts: queries.texts, ...fusion };
    const hits = await index.search(queries.vectors, { hybrid });
    const rankings = hits.map((list) => list.map(({ id }) => id));
    scores.get(name)?.push(meanNdcg(rankings, queries.ids, qrels));
  }
  for (const index of indexes.values()) await index.close();
}
const table = shown.map(({ name }) => [name, ...(scores.get(name) ?? []).map((score) => score.toFixed(4))]);
const header = ["nDCG@10", ...tasks];
const lines = [header, header.map((_, column) => (column === 0 ? "---" : "--:")), ...table];
process.stdout.write(`${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`);
