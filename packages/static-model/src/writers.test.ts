import { InvalidArgumentError, memoryFolder } from "@kokeshi/core";
import { readSafetensors } from "@kokeshi/model-files";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toFloat32Table } from "./embedding-table.js";
import { exportStaticEmbedding } from "./export-static-embedding.js";
import { dimensions, table, tokenizerJson } from "./fixtures/small-model.js";
import { kokeshiStaticFiles } from "./kokeshi-static-files.js";
import { loadStaticModel } from "./load-static-model.js";
import { model2VecFiles } from "./model2vec-files.js";
import { quantizeRows } from "./quantize-rows.js";
import { readTable } from "./read-table.js";
import { staticEmbeddingFiles } from "./static-embedding-files.js";

const model = { tokenizerJson, normalize: true, prompts: { query: "q: ", document: "" }, licence: "mit" };
const load = (files: Record<string, Uint8Array>) => loadStaticModel(memoryFolder("written", files));
const json = (files: Record<string, Uint8Array>, name: string) =>
  JSON.parse(new TextDecoder().decode(files[name]));
/** The one table among the files, as stored. */
function tableOf(files: Record<string, Uint8Array>) {
  const [path, bytes] = Object.entries(files).find(([path]) => path.endsWith(".safetensors")) as [
    string,
    Uint8Array,
  ];
  return readTable(bytes, path).table;
}

const anyTable = fc.float32Array({ minLength: 14, maxLength: 14, noNaN: true, noDefaultInfinity: true });

describe("staticEmbeddingFiles", () => {
  it("is the layout of sentence-transformers", async () => {
    const files = staticEmbeddingFiles({ ...model, table, dimensions });
    expect(Object.keys(files).sort()).toEqual([
      "0_StaticEmbedding/model.safetensors",
      "0_StaticEmbedding/tokenizer.json",
      "README.md",
      "config_sentence_transformers.json",
      "modules.json",
    ]);
    expect(json(files, "modules.json")).toEqual([
      { idx: 0, name: "0", path: "0_StaticEmbedding", type: "sentence_transformers.models.StaticEmbedding" },
      { idx: 1, name: "1", path: "1_Normalize", type: "sentence_transformers.models.Normalize" },
    ]);
    const { tensors } = readSafetensors(files["0_StaticEmbedding/model.safetensors"] as Uint8Array);
    expect(tensors.get("embedding.weight")).toMatchObject({ dtype: "F32", shape: [7, 2] });
    expect(await load(files)).toMatchObject({ dimensions: 2, prompts: model.prompts, maxTokens: undefined });
  });

  it("comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (values) => {
        const files = staticEmbeddingFiles({ ...model, table: values, dimensions });
        expect(tableOf(files).values).toEqual(values);
        const { parts } = await load(files);
        expect(parts.normalize).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe("model2VecFiles", () => {
  it("writes weights and mapping", async () => {
    const rows = Float32Array.of(1, 2, 3, 4);
    const mapping = Int32Array.of(0, 1, 0, 1, 0, 1, 0);
    const weights = Float64Array.of(1, 1, 2, 2, 3, 3, 0.1);
    const files = model2VecFiles({ ...model, table: rows, dimensions, mapping, weights });
    expect(json(files, "config.json")).toMatchObject({
      model_type: "model2vec",
      normalize: true,
      vocabulary_quantization: 2,
    });
    const { parts } = await load(files);
    expect(tableOf(files).rowOf).toEqual(Uint32Array.from(mapping));
    expect(tableOf(files).factors).toEqual(weights);
    expect(parts.family).toBe("model2vec");
  });

  it("writes int8 without a scale", async () => {
    const values = Int8Array.from(table, (value) => value);
    const files = model2VecFiles({ ...model, table: values, dimensions });
    expect(tableOf(files).values).toEqual(values);
    expect((await load(files)).description.precision).toBe("int8");
  });
});

describe("kokeshiStaticFiles", () => {
  it("comes back as it was, values and scales", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (values) => {
        const rows = quantizeRows(values, dimensions);
        const files = kokeshiStaticFiles({ ...model, table: { ...rows, dimensions } });
        expect(tableOf(files).values).toEqual(rows.values);
        expect(tableOf(files).factors).toEqual(rows.scales);
        const { parts } = await load(files);
        expect(parts).toMatchObject({
          family: "kokeshi-static",
          prompts: model.prompts,
          licence: "mit",
          precision: "int8",
        });
      }),
      { numRuns: 20 },
    );
  });
});

describe("the compiled vocabulary of a Unigram tokenizer", () => {
  const vocab = ["<unk>", "▁one", "▁two", "▁", "o", "ne", "tw"].map((piece, id) => [piece, -id]);
  const unigram = JSON.stringify({
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 0, vocab },
  });
  const int8 = { ...quantizeRows(table, dimensions), dimensions };
  const texts = ["one two", "tone", "xyz one"];

  it("is written beside it, and gives the vectors it gives without", async () => {
    const files = kokeshiStaticFiles({ ...model, tokenizerJson: unigram, table: int8 });
    const { "tokenizer.trie": trie, ...others } = files;
    const [fast, slow] = [await load(files), await load(others)];
    expect(fast.parts.trie).toBe(trie);
    expect(fast.description.tokenizerPath).toBe("fast");
    expect(await fast.doEmbed({ texts })).toEqual(await slow.doEmbed({ texts }));
    // That of another model changes nothing.
    const spoilt = await load({
      ...files,
      "tokenizer.trie": Uint8Array.from(trie as Uint8Array).fill(1, 40),
    });
    expect(await spoilt.doEmbed({ texts })).toEqual(await slow.doEmbed({ texts }));
    expect(kokeshiStaticFiles({ ...model, table: int8 })).not.toHaveProperty(["tokenizer.trie"]);
  });
});

describe("exportStaticEmbedding", () => {
  it("multiplies scales in", async () => {
    const rows = quantizeRows(table, dimensions);
    const source = await load(kokeshiStaticFiles({ ...model, table: { ...rows, dimensions } }));
    const exported = await load(exportStaticEmbedding(source));
    expect(toFloat32Table(exported.parts.tokenMeans)).toEqual(toFloat32Table(source.parts.tokenMeans));
    expect(exported.parts).toMatchObject({
      family: "sentence-transformers",
      normalize: true,
      prompts: model.prompts,
      licence: "mit",
    });
    const texts = ["one two", "", "six nothing"];
    const { embeddings: before } = await source.doEmbed({ texts });
    const { embeddings: after } = await exported.doEmbed({ texts });
    after.data.forEach((component, index) => expect(component).toBeCloseTo(before.data[index] as number, 6));
  });

  it("gives zeros to the token that Model2Vec drops", async () => {
    const source = await load(model2VecFiles({ ...model, table, dimensions }));
    const exported = await load(exportStaticEmbedding(source));
    expect(Array.from(toFloat32Table(exported.parts.tokenMeans).subarray(0, 4))).toEqual([0, 0, 1, -10]);
  });

  it("takes only models of this backend", () => {
    expect(() => exportStaticEmbedding({ modelId: "other" } as never)).toThrow(InvalidArgumentError);
  });
});

it("refuses tables whose sizes do not fit", () => {
  const rows = quantizeRows(table, dimensions);
  expect(() => staticEmbeddingFiles({ ...model, table, dimensions: 3 })).toThrow(InvalidArgumentError);
  expect(() => model2VecFiles({ ...model, table, dimensions, weights: new Float32Array(6) })).toThrow(
    InvalidArgumentError,
  );
  expect(() => kokeshiStaticFiles({ ...model, table: { ...rows, dimensions: 1 } })).toThrow(
    InvalidArgumentError,
  );
});
