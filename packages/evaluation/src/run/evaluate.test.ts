import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EmbeddingModel, Embeddings, InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import type { Task } from "../task.js";
import type { TaskSource } from "../tasks/task-source.js";
import { evaluate, type EvaluateOptions } from "./evaluate.js";
import { readRun } from "./results-folder.js";
import { parseResults } from "./results-json.js";
import { rowKey } from "./row-key.js";

/** Counts characters: texts of the same letters have the same vector. */
function letterModel(modelId = "letters@1"): EmbeddingModel & { calls: number } {
  return {
    specificationVersion: "v1",
    modelId,
    dimensions: 26,
    maxTokens: undefined,
    prompts: {},
    calls: 0,
    doEmbed({ texts }) {
      this.calls++;
      const embeddings = Embeddings.zeros(texts.length, 26);
      texts.forEach((text, row) => {
        for (const letter of text.toLowerCase().matchAll(/[a-z]/g)) {
          const column = letter[0].charCodeAt(0) - 97;
          embeddings.row(row)[column] = (embeddings.row(row)[column] as number) + 1;
        }
      });
      return Promise.resolve({ embeddings, tokenCounts: new Uint32Array(texts.length), truncated: [] });
    },
    close: () => Promise.resolve(),
  };
}

const description = (name: string, type: Task["type"], mainMetric: string) => ({
  name,
  type,
  mainMetric,
  languages: ["en"],
});

const sts: Task = {
  type: "sts",
  description: description("Pairs", "sts", "cosine_spearman"),
  data: {
    sentence1: ["a cat", "a dog", "fog", "sun"],
    sentence2: ["a cat", "a fog", "sea", "nus"],
    scores: new Float64Array([5, 3, 0, 5]),
  },
};
const retrieval: Task = {
  type: "retrieval",
  description: description("Search", "retrieval", "ndcg_at_10"),
  data: {
    corpus: { ids: ["d1", "d2", "d3"], texts: ["the cat sat", "prices rose", "xyz"] },
    queries: { ids: ["q1", "q2"], texts: ["cat sat", "zyx"] },
    qrels: new Map([
      ["q1", new Map([["d1", 1]])],
      ["q2", new Map([["d3", 1]])],
    ]),
  },
};
const reranking: Task = {
  type: "reranking",
  description: description("Order", "reranking", "map"),
  data: { queries: [{ query: "cat", positive: ["act"], negative: ["dog", "cat food"] }] },
};

function source(task: Task): TaskSource & { loads: number } {
  return {
    name: task.description.name,
    loads: 0,
    load() {
      this.loads++;
      return Promise.resolve(task);
    },
  };
}

async function run(options: Partial<EvaluateOptions> = {}) {
  const model = letterModel();
  const results = await evaluate({
    tasks: [sts, retrieval, reranking].map(source),
    models: [model],
    ...options,
  });
  return { ...results, model };
}

const names = (rows: readonly Parameters<typeof rowKey>[0][]) =>
  rows.map(({ task, model, dimensions, precision, rescoring }) =>
    [task, model.split("@")[0], dimensions, precision, rescoring].filter((part) => part !== null).join(" "),
  );

describe("evaluate", () => {
  it("scores every task at all dimensions in float32 when nothing else is asked for", async () => {
    const { results, failures } = await run();
    expect(failures).toEqual([]);
    expect(names(results)).toEqual([
      "Pairs letters 26 float32",
      "Search letters 26 float32",
      "Order letters 26 float32",
    ]);
    expect(results.map(({ mainScore }) => mainScore)).toEqual([1, 1, 1]);
    expect(results[0]).toMatchObject({
      type: "sts",
      mainMetric: "cosine_spearman",
      method: "cosine of float32 vectors",
    });
  });

  it("adds rows for dimensions, precisions, rescoring and baselines where they make sense", async () => {
    const { results, failures } = await run({
      dimensions: [26, 8],
      precisions: ["int8", "binary"],
      rescoring: [2],
      baselines: ["bm25", "hybrid"],
    });
    expect(failures).toEqual([]);
    const axes = (model: string) => [26, 8].flatMap((d) => [`${model} ${d} int8`, `${model} ${d} binary`]);
    expect(names(results)).toEqual([
      ...axes("letters").map((axis) => `Pairs ${axis}`),
      ...[26, 8].flatMap((d) =>
        ["int8", "binary", "binary 2"].flatMap((p) => [
          `Search letters ${d} ${p}`,
          `Search hybrid ${d} ${p}`,
        ]),
      ),
      "Search bm25",
      ...axes("letters").flatMap((axis) => [`Order ${axis}`, `Order ${axis.replace("letters", "hybrid")}`]),
      "Order bm25",
    ]);
    const method = (name: string) => results[names(results).indexOf(name)]?.method;
    expect(method("Search letters 8 int8")).toBe(
      "float32 queries on int8 codes, ranges from the 3 documents",
    );
    expect(method("Pairs letters 8 int8")).toBe(
      "int8 codes on all sides, ranges from the 8 texts of the task",
    );
    expect(method("Search letters 26 binary 2")).toMatch(/^the 20 nearest by the Hamming distance/);
    expect(method("Search bm25")).toBe(
      "BM25 (Lucene), k1 = 0.9, b = 0.4, lower-cased words without stemming or stop words",
    );
    expect(method("Search hybrid 8 int8")).toMatch(
      /^0.6 x BM25 \+ 0.4 x dense, .*; BM25 \(Lucene\), .*; letters@1, float32 queries/,
    );
    // BM25 finds the document of the first query and none of the second.
    expect(results[names(results).indexOf("Search bm25")]?.mainScore).toBe(0.5);
  });

  it("embeds a text once for all rows, and not again from the cache", async () => {
    const cacheFolder = temporaryFolder();
    const first = await run({ cacheFolder, dimensions: [26, 8], precisions: ["float32", "int8", "binary"] });
    // Five probes, two sides, documents and queries twice.
    expect(first.model.calls).toBe(5 + 2 + 2 + 2);
    const again = await run({ cacheFolder, dimensions: [26, 8], precisions: ["float32", "int8", "binary"] });
    expect(again.model.calls).toBe(5);
    const scores = ({ results }: typeof first) => results.map(({ metrics }) => metrics);
    expect(scores(again)).toEqual(scores(first));
  });

  it("goes on after a task that cannot be read and a row that cannot be had", async () => {
    const broken: TaskSource = {
      name: "Broken",
      load: () =>
        Promise.reject(
          new InvalidFileError({ part: "evaluation", problem: "test.jsonl:3 is not JSON", remedy: "r" }),
        ),
    };
    const wrongMetric = { ...reranking, description: { ...reranking.description, mainMetric: "beauty" } };
    const { results, failures } = await run({
      tasks: [broken, source(sts), source(wrongMetric)],
      dimensions: [26, 30],
      out: join(temporaryFolder(), "out"),
    });
    expect(names(results)).toEqual(["Pairs letters 26 float32"]);
    expect(names(failures)).toEqual([
      "Broken letters 26 float32",
      "Broken letters 30 float32",
      "Pairs letters 30 float32",
      "Order letters 26 float32",
      "Order letters 30 float32",
    ]);
    expect(failures.map(({ error }) => error)).toEqual([
      expect.stringContaining("test.jsonl:3 is not JSON"),
      expect.stringContaining("test.jsonl:3 is not JSON"),
      expect.stringContaining("30 dimensions are asked for, but letters@1 has 26"),
      expect.stringContaining('"beauty" is no metric of this task'),
      expect.stringContaining("30 dimensions are asked for"),
    ]);
  });

  it("refuses options that make no sense before any work", async () => {
    await expect(run({ tasks: [source(sts), source(sts)] })).rejects.toThrow(/the task Pairs is given twice/);
    await expect(run({ models: [letterModel(), letterModel()] })).rejects.toThrow(
      /the model letters@1 is given twice/,
    );
    await expect(run({ models: [] })).rejects.toThrow(/no model to evaluate/);
    await expect(run({ dimensions: [0] })).rejects.toThrow(/0 is neither dimensions nor a multiple/);
    expect(names((await run({ models: [], baselines: ["bm25"] })).results)).toEqual([
      "Search bm25",
      "Order bm25",
    ]);
  });

  it("stops when aborted, with the reason", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const stopped = run({
      signal: controller.signal,
      onRow(row) {
        seen.push(row.task);
        controller.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(seen).toEqual(["Pairs"]);
  });

  it("reports steps, texts and tasks", async () => {
    const steps: string[] = [];
    await run({
      tasks: [source(retrieval)],
      onProgress: (p) => steps.push(`${p.step} ${p.done}/${p.total} ${p.tasksDone}/${p.tasksTotal}`),
    });
    expect(steps).toEqual([
      "scoring 0/1 0/1",
      "embedding 0/3 0/1",
      "embedding 3/3 0/1",
      "embedding 0/2 0/1",
      "embedding 2/2 0/1",
    ]);
  });
});

describe("a run in a folder", () => {
  it("is resumed: only rows that are missing or whose input changed are computed", async () => {
    const out = temporaryFolder();
    const first = await run({ out });
    const resumed = await run({ out });
    expect(resumed.model.calls).toBe(5);
    expect(resumed.results).toEqual(first.results);

    const changed = { ...sts, data: { ...sts.data, scores: new Float64Array([5, 3, 0, 1]) } };
    const rerun = await run({ out, tasks: [changed, retrieval].map(source) });
    expect(rerun.model.calls).toBe(5 + 2);
    expect(rerun.results[1]).toEqual(first.results[1]);

    const fresh = await run({ out, fresh: true });
    expect(fresh.model.calls).toBe(first.model.calls);
  });

  it("computes a row again whose items are lost", async () => {
    const out = temporaryFolder();
    const { results } = await run({ out });
    rmSync(join(out, "items", `${rowKey(results[0] as never)}.json`));
    expect((await run({ out })).model.calls).toBe(5 + 2);
  });

  it("keeps the rows of other models, and can be read with its items", async () => {
    const out = temporaryFolder();
    await run({ out });
    await run({ out, models: [letterModel("others@2")] });
    const saved = await readRun(out);
    expect(names(saved.results.results)).toHaveLength(6);
    expect(readdirSync(join(out, "items"))).toHaveLength(6);
    const items = await Promise.all(saved.results.results.map((row) => saved.items(row)));
    expect(items[0]).toMatchObject({ kind: "correlation", gold: sts.data.scores });
    expect(items[1]).toEqual({ kind: "mean", values: new Float64Array([1, 1]) });
    expect(readdirSync(out).sort()).toEqual(["items", "results.json"]);
  });

  it("forgets a failure that was mended", async () => {
    const out = temporaryFolder();
    const wrong = { ...sts, description: { ...sts.description, mainMetric: "beauty" } };
    await run({ out, tasks: [source(wrong)] });
    expect((await readRun(out)).results.failures).toHaveLength(1);
    await run({ out, tasks: [source(sts)] });
    expect((await readRun(out)).results).toMatchObject({ results: [{ task: "Pairs" }], failures: [] });
  });

  it("names the file where something else stands in its place", async () => {
    const out = temporaryFolder();
    await expect(readRun(out)).rejects.toThrow(/there is no .*results\.json/);
    writeFileSync(join(out, "results.json"), '{"results":[{"task":1}],"failures":[]}');
    await expect(run({ out })).rejects.toThrow(
      /results\.json has no row of a table at results\[0\].*--fresh/,
    );
    expect(readFileSync(join(out, "results.json"), "utf8")).toContain('"task":1');
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          parseResults(text, "results.json");
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidFileError);
        }
      }),
    );
  });
});

describe("rowKey", () => {
  const name = { task: "A/B", model: "@kokeshi/m@1", dimensions: 64, precision: "int8", rescoring: null };

  it("is a file name that keeps rows apart", () => {
    expect(rowKey(name)).toMatch(/^A-B_@kokeshi-m@1_64_int8_[0-9a-f]{8}$/);
    expect(rowKey({ ...name, rescoring: 4 })).toMatch(/_x4_/);
    expect(rowKey({ ...name, task: "A-B" })).not.toBe(rowKey(name));
    expect(rowKey({ ...name, model: "../../up" })).not.toContain("/");
  });
});
