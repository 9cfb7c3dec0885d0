import { embed, InvalidArgumentError, memoryFolder } from "@kokeshi/core";
import { loadStaticModel, type StaticEmbeddingModel } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { createNormalRandom, createRandom } from "../random.js";
import { unigramJson } from "../vocabulary/fixtures/small-tokenizers.js";
import { pruneVocabulary } from "./prune-vocabulary.js";
import { readStaticModel } from "./read-static-model.js";
import { firstDimensions, principalDimensions } from "./reduce-dimensions.js";
import { staticModelFiles, staticModelFormats } from "./static-model-files.js";

const dimensions = 6;
const tokens = 14;
const normal = createNormalRandom(createRandom(3));
const model: StaticEmbeddingModel = {
  table: Float32Array.from({ length: tokens * dimensions }, (_, k) => normal() * (1 + (k % dimensions))),
  dimensions,
  tokenizerJson: unigramJson(),
  normalize: true,
  licence: "mit",
};
const open = (compressed: StaticEmbeddingModel, format: (typeof staticModelFormats)[number]) =>
  loadStaticModel(memoryFolder("small", staticModelFiles(compressed, format)));
const texts = ["cats", "cat s", "東京 cat", "東 京"];

async function cosines(compressed: StaticEmbeddingModel): Promise<number[]> {
  const { embeddings } = await embed(await open(compressed, "sentence-transformers"), texts);
  return texts.flatMap((_, a) =>
    texts.map((_, b) => {
      const other = embeddings.row(b);
      return embeddings.row(a).reduce((sum, value, k) => sum + value * (other[k] as number), 0);
    }),
  );
}

describe("readStaticModel", () => {
  it.each(["sentence-transformers", "kokeshi"] as const)("reads what %s keeps", async (format) => {
    const read = readStaticModel(await open(model, format));
    expect(read).toMatchObject({ dimensions, normalize: true, licence: "mit" });
    const tolerance = format === "kokeshi" ? 0.1 : 1e-6;
    read.table.forEach((value, k) =>
      expect(Math.abs(value - (model.table[k] as number))).toBeLessThan(tolerance),
    );
  });

  it("gives the unknown token that Model2Vec drops zeros", async () => {
    const { table } = readStaticModel(await open(model, "model2vec"));
    expect(table.subarray(2 * dimensions, 3 * dimensions).every((value) => value === 0)).toBe(true);
  });

  it("takes only static models", () => {
    expect(() => readStaticModel({ modelId: "other" } as never)).toThrow(InvalidArgumentError);
  });
});

describe("dimensions", () => {
  it("are the first ones", () => {
    const { table } = firstDimensions(model, 2);
    expect(Array.from(table.subarray(0, 4))).toEqual([0, 1, 6, 7].map((k) => model.table[k]));
  });

  it("are turned without changing a cosine, all of them", async () => {
    const turned = await principalDimensions(model, dimensions);
    const [before, after] = [await cosines(model), await cosines(turned)];
    after.forEach((value, index) => expect(value).toBeCloseTo(before[index] as number, 5));
    expect(turned.table).not.toEqual(model.table);
  });

  it("lose less as principal components than as first ones, where the table was not trained for those", async () => {
    const squares = ({ table }: StaticEmbeddingModel): number =>
      table.reduce((sum, value) => sum + value * value, 0);
    expect(squares(await principalDimensions(model, 3))).toBeGreaterThan(squares(firstDimensions(model, 3)));
  });
});

describe("pruneVocabulary", () => {
  it("keeps the vectors of the tokens that stay, and texts fall to those", async () => {
    const corpus = [...Array<string>(20).fill("cat s"), "東京", "東京"];
    const pruned = await pruneVocabulary(model, 10, corpus);
    expect(pruned.table).toHaveLength(10 * dimensions);
    const [before, after] = [
      await open(model, "sentence-transformers"),
      await open(pruned, "sentence-transformers"),
    ];
    // "▁cats" is gone: "cats" is now "▁cat" and "s".
    const { embeddings: old } = await embed(before, ["cat", "cats", "cat s"]);
    const { embeddings: now, tokenCounts } = await embed(after, ["cat", "cats"]);
    expect(Array.from(tokenCounts)).toEqual([1, 2]);
    now.row(0).forEach((value, k) => expect(value).toBeCloseTo(old.row(0)[k] as number, 6));
    expect(Array.from(now.row(1))).not.toEqual(Array.from(old.row(1)));
  });

  it("counts a stream, and stops when told", async () => {
    async function* stream(): AsyncGenerator<string> {
      for (let line = 0; line < 5000; line++) yield "cat";
    }
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(pruneVocabulary(model, 8, stream(), { signal })).rejects.toThrow("enough");
    expect((await pruneVocabulary(model, 8, stream())).table).toHaveLength(8 * dimensions);
  });
});

it.each(staticModelFormats)("%s opens again", async (format) => {
  expect((await open(model, format)).dimensions).toBe(dimensions);
});
