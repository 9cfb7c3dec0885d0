import { Embeddings, type EmbeddingModel, InvalidArgumentError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { addTexts, KokeshiIndex, searchTexts } from "./index.js";

/** Counts letters: near texts have the same ones. Remembers what it was given. */
function letterModel(modelId = "letters@1"): EmbeddingModel & { seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    specificationVersion: "v1",
    modelId,
    dimensions: 26,
    maxTokens: 20,
    prompts: { query: "q", document: "d" },
    async doEmbed({ texts }) {
      seen.push(...texts);
      const embeddings = Embeddings.zeros(texts.length, 26);
      texts.forEach((text, row) => {
        for (const letter of text) {
          const index = letter.charCodeAt(0) - 97;
          if (index >= 0 && index < 26)
            embeddings.row(row)[index] = (embeddings.row(row)[index] as number) + 1;
        }
      });
      const truncated = texts.flatMap((text, row) => (text.length > 20 ? row : []));
      return { embeddings, tokenCounts: new Uint32Array(texts.length), truncated };
    },
    close: async () => undefined,
  };
}

describe("texts", () => {
  const items = [
    { id: "1", text: "black cat" },
    { id: "2", text: "old map", payload: { page: 7 } },
    { id: "3", text: "a very long text about nothing" },
  ];

  it("are embedded as documents, found as queries, and kept as payloads", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 26 });
    const model = letterModel();
    const progress: number[] = [];
    const onProgress = ({ done }: { done: number }) => progress.push(done);
    const added = await addTexts(index, model, items, { batchSize: 2, onProgress });
    expect(added).toEqual({ count: 3, truncated: ["3"] });
    expect(progress).toEqual([2, 3]);
    expect(model.seen).toEqual(items.map(({ text }) => `d${text}`));
    const [cats, maps] = await searchTexts(index, model, ["cat", "map"], { topK: 1 });
    expect(cats).toMatchObject([{ id: "1", payload: { text: "black cat" } }]);
    expect(maps).toMatchObject([{ id: "2", payload: { page: 7 } }]);
    expect(model.seen.slice(3)).toEqual(["qcat", "qmap"]);
  });

  it("are found by their words, too, where that is asked for", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 26 });
    const model = letterModel();
    await addTexts(index, model, [
      { id: "act", text: "act" },
      { id: "cat", text: "cat" },
      items[1] as { id: string; text: string },
    ]);
    const best = async (hybrid?: boolean | object) =>
      (await searchTexts(index, model, ["cat"], { hybrid }))[0]?.map(({ id }) => id)[0];
    expect(await best()).toBe("act");
    expect(await best(true)).toBe("cat");
    expect(await best({ lexicalWeight: 0 })).toBe("act");
  });

  it("come from any source, and are cut to the dimensions of the index", async () => {
    async function* source() {
      yield* items;
    }
    await using index = await KokeshiIndex.create({ dimensions: 5, precision: "int8" });
    await addTexts(index, letterModel(), source());
    expect(index.count).toBe(3);
    expect(await searchTexts(index, letterModel(), ["cab"], { topK: 1 })).toMatchObject([[{ id: "1" }]]);
  });

  it("of another model are refused before they are embedded", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 26 });
    await addTexts(index, letterModel(), items);
    const other = letterModel("letters@2");
    await expect(searchTexts(index, other, ["cat"])).rejects.toThrow(InvalidArgumentError);
    await expect(searchTexts(index, other, ["cat"])).rejects.toThrow(
      /vectors of letters@1, these are of letters@2/,
    );
    await expect(addTexts(index, other, items)).rejects.toThrow(/letters@2/);
    expect(other.seen).toEqual([]);
  });

  it("that nobody gave are no harm, and none are added after an abort", async () => {
    await using index = await KokeshiIndex.create({ dimensions: 26 });
    expect(await addTexts(index, letterModel(), [])).toEqual({ count: 0, truncated: [] });
    const signal = AbortSignal.abort(new Error("no"));
    await expect(addTexts(index, letterModel(), items, { signal })).rejects.toThrow("no");
    expect(index.count).toBe(0);
  });
});
