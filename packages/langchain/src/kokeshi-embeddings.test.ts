import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { embed, InvalidArgumentError } from "@kokeshi/core";
import { Embeddings } from "@langchain/core/embeddings";
import { describe, expect, it } from "vitest";
import { wordHashModel } from "./fixtures/word-hash-model.js";
import { KokeshiEmbeddings } from "./kokeshi-embeddings.js";

describe("KokeshiEmbeddings", () => {
  it("is a LangChain Embeddings and gives what embed() gives, as plain arrays", async () => {
    const model = wordHashModel({ dimensions: 16 });
    const embeddings = new KokeshiEmbeddings({ model });
    expect(embeddings).toBeInstanceOf(Embeddings);
    const vectors = await embeddings.embedDocuments(["one two", "three"]);
    const expected = await embed(model, ["one two", "three"]);
    expect(vectors).toEqual(expected.embeddings.toArrays());
    expect(Array.isArray(vectors[0])).toBe(true);
    expect(await embeddings.embedQuery("three")).toEqual(vectors[1]);
  });

  it("puts the model's prompts before documents and queries", async () => {
    const model = wordHashModel({ prompts: { query: "query: ", document: "passage: " } });
    const embeddings = new KokeshiEmbeddings({ model });
    await embeddings.embedDocuments(["a"]);
    await embeddings.embedQuery("b");
    expect(model.texts).toEqual(["passage: a", "query: b"]);
  });

  it("cuts dimensions before it normalises, and leaves lengths alone when asked", async () => {
    const model = wordHashModel({ dimensions: 16 });
    const text = "the quick brown fox jumps over the lazy dog";
    const raw = await new KokeshiEmbeddings({ model, normalize: false }).embedQuery(text);
    expect(raw.reduce((sum, count) => sum + count)).toBe(9);
    const cut = await new KokeshiEmbeddings({ model, dimensions: 12 }).embedQuery(text);
    const length = Math.hypot(...raw.slice(0, 12));
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(Math.hypot(...raw));
    cut.forEach((component, i) => expect(component).toBeCloseTo((raw[i] as number) / length, 6));
  });

  it("embeds nothing for no documents", async () => {
    expect(await new KokeshiEmbeddings({ model: wordHashModel() }).embedDocuments([])).toEqual([]);
  });

  it("refuses dimensions the model does not have", () => {
    for (const dimensions of [0, 513, 1.5, Number.NaN]) {
      expect(() => new KokeshiEmbeddings({ model: wordHashModel(), dimensions })).toThrow(
        InvalidArgumentError,
      );
    }
  });

  it("does not repeat a computation that failed, unless told to", async () => {
    const model = wordHashModel();
    let calls = 0;
    model.doEmbed = async () => {
      calls++;
      throw new Error("out of luck");
    };
    await expect(new KokeshiEmbeddings({ model }).embedQuery("a")).rejects.toThrow("out of luck");
    expect(calls).toBe(1);
  });
});

const packageFolder = dirname(createRequire(import.meta.url).resolve("@kokeshi/model-en-ja/package.json"));
const hasModel = existsSync(join(packageFolder, "model.safetensors"));

describe.skipIf(!hasModel)(
  `KokeshiEmbeddings.load${hasModel ? "" : " (SKIPPED: @kokeshi/model-en-ja has no weights yet)"}`,
  () => {
    it("opens the default model, which puts a Japanese question nearest to its answer", async () => {
      const embeddings = await KokeshiEmbeddings.load();
      const [question, ...passages] = await Promise.all([
        embeddings.embedQuery("猫は何を食べますか？"),
        embeddings.embedQuery("猫は魚や肉を食べます。"),
        embeddings.embedQuery("東京は日本の首都です。"),
      ]);
      const [fish = 0, tokyo = 0] = passages.map((passage) =>
        passage.reduce((sum, value, index) => sum + value * (question[index] as number), 0),
      );
      expect(fish).toBeGreaterThan(tokyo);
      await embeddings.model.close();
    });
  },
);
