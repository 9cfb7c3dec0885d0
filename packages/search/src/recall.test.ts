import { Embeddings, type EmbeddingModel, normalizeRows } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { describeWithData } from "@kokeshi/test-data";
import { beforeAll, describe, expect, it } from "vitest";
import { embeddedTask } from "./fixtures/retrieval-task.js";
import { ids, normalVectors } from "./fixtures/random-vectors.js";
import { KokeshiIndex, type SearchOptions } from "./index.js";
import { meanNdcg } from "./plans/ndcg.js";

async function found(index: KokeshiIndex, queries: Embeddings, options?: SearchOptions): Promise<string[][]> {
  return (await index.search(queries, options)).map((hits) => hits.map(({ id }) => id));
}

/** Mean share of the ten nearest that are among ten hits. */
function recall(hits: readonly string[][], nearest: readonly string[][]): number {
  const shares = hits.map((list, query) => list.filter((id) => nearest[query]?.includes(id)).length / 10);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describeWithData("hybrid search with the default model", ["eval/SciFact", "eval/Cranfield"], () => {
  // nDCG@10 of BM25 alone, made in Python: see "Floors" in the README beside the data.
  it.each([
    ["SciFact", 0.6618],
    ["Cranfield", 0.3332],
  ])(
    "on %s: better than BM25 alone, whose nDCG@10 is %d, and than vectors alone",
    async (task, bm25) => {
      const model = await loadStaticModel(await resolveModel("@kokeshi/model-en-ja"));
      const { documents, queries, qrels } = await embeddedTask(model, task);
      await using index = await KokeshiIndex.create({ dimensions: model.dimensions });
      await index.add({ ...documents, payloads: documents.texts });
      const score = async (options: SearchOptions) =>
        meanNdcg(await found(index, queries.vectors, options), queries.ids, qrels);
      const { texts } = queries;
      const words = await score({ hybrid: { texts, lexicalWeight: 1 } });
      expect(words).toBeCloseTo(bm25, 2);
      const both = await score({ hybrid: { texts } });
      expect(both).toBeGreaterThan(bm25);
      expect(both).toBeGreaterThan(words);
      expect(both).toBeGreaterThan(await score({}));
    },
    60_000,
  );
});

describeWithData("bits with the default model", ["eval/SciFact", "eval/JaQuAD-retrieval"], () => {
  let model: EmbeddingModel;
  beforeAll(async () => {
    model = await loadStaticModel(await resolveModel("@kokeshi/model-en-ja"));
  });

  it.each(["SciFact", "JaQuAD-retrieval"])(
    "on %s: four candidates a hit, scored again with int8, keep 0.96 of the nDCG@10 of float32",
    async (task) => {
      const { documents, queries, qrels } = await embeddedTask(model, task);
      const { dimensions } = model;
      const exact = await KokeshiIndex.create({ dimensions });
      const bits = await KokeshiIndex.create({ dimensions, precision: "binary", rescoring: "int8" });
      for (const index of [exact, bits]) await index.add(documents);
      const score = async (index: KokeshiIndex, options?: SearchOptions) =>
        meanNdcg(await found(index, queries.vectors, options), queries.ids, qrels);
      const full = await score(exact);
      expect((await score(bits, { candidates: 40 })) / full).toBeGreaterThanOrEqual(0.96);
    },
    60_000,
  );
});

/** The stress set of @kokeshi/quantization: standard deviations fall from 1 to 0.01, vectors are of length 1. */
describe("on a strongly anisotropic set", () => {
  it("int8 finds at least 98 % of the ten nearest", async () => {
    const dimensions = 256;
    const deviation = (dimension: number) => 10 ** ((-2 * dimension) / (dimensions - 1));
    const all = normalizeRows(normalVectors(10_200, dimensions, 2026, deviation));
    const vectors = new Embeddings(all.data.subarray(0, 10_000 * dimensions), dimensions);
    const queries = new Embeddings(all.data.subarray(10_000 * dimensions), dimensions);
    const exact = await KokeshiIndex.create({ dimensions });
    const int8 = await KokeshiIndex.create({ dimensions, precision: "int8" });
    for (const index of [exact, int8]) await index.add({ ids: ids(10_000), vectors });
    expect(recall(await found(int8, queries), await found(exact, queries))).toBeGreaterThanOrEqual(0.98);
  });
});
