import { embed, InvalidArgumentError, InvalidFileError, memoryFolder, NotFoundError } from "@kokeshi/core";
import { readModel, writeModelWithExternalData } from "@kokeshi/onnx";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  largestDifference,
  modelFiles,
  readGolden,
  variantFolder,
  type GoldenVariant,
} from "./fixtures/golden-folder.js";
import { loadTransformerModel, type TransformerOptions } from "./load-transformer-model.js";
import { transformerBackend } from "./transformer-backend.js";
import type { TransformerModel } from "./transformer-model.js";

const { texts, variants } = readGolden("bert");
const golden = (name: string) => variants.find((variant) => variant.name === name) as GoldenVariant;
const asIs = { normalize: false };

async function withModel<Result>(
  folder: Parameters<typeof loadTransformerModel>[0],
  options: TransformerOptions,
  use: (model: TransformerModel) => Promise<Result>,
): Promise<Result> {
  const model = await loadTransformerModel(folder, { workers: 1, ...options });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

describe("transformerBackend", () => {
  const files = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, "{}"]));
  const modules = (type: string) => JSON.stringify([{ idx: 0, name: "0", path: "", type }]);
  const transformer = modules("sentence_transformers.models.Transformer");

  it.each<[string, Record<string, string>, boolean]>([
    ["a Transformer, its graph missing", { "modules.json": transformer }, true],
    ["a graph beside config.json", files("config.json", "onnx/model_quantized.onnx"), true],
    ["a graph in the folder itself", files("config.json", "model.onnx"), true],
    ["a static model", { "modules.json": modules("sentence_transformers.models.StaticEmbedding") }, false],
    [
      "a Model2Vec model with a graph",
      { "config.json": '{"model_type":"model2vec"}', "onnx/model.onnx": "" },
      false,
    ],
    ["weights alone", files("config.json", "model.safetensors"), false],
    ["nothing", {}, false],
  ])("says of %s: %s", async (_, contents, expected) => {
    expect(await transformerBackend.detect(memoryFolder("model", contents))).toBe(expected);
  });

  it("says what a model is", async () => {
    const readme = { "README.md": "---\nlicense: apache-2.0\n---\n# A model" };
    await withModel(variantFolder("bert", "normalized mean", readme), {}, async (model) => {
      expect(model).toMatchObject({
        specificationVersion: "v1",
        modelId: "bert, normalized mean+onnx/model.onnx",
        dimensions: 16,
        maxTokens: 16,
        normalized: true,
        description: {
          backend: "transformer-int8",
          tokenizerPath: "fast",
          precision: "float32",
          batchInvariant: true,
          licence: "apache-2.0",
        },
      });
    });
  });
});

describe("prompts", () => {
  const config = JSON.stringify({
    prompts: { query: "query: ", document: "" },
    default_prompt_name: "query",
  });
  const prompted = { "config_sentence_transformers.json": config };

  it.each(["mean", "cls", "lasttoken", "weightedmean"])(
    "are left out of the %s where the pooling module says so",
    async (mode) => {
      const name = `${mode} without the prompt`;
      await withModel(variantFolder("bert", name, prompted), {}, async (model) => {
        const expected = golden(name).alone.flat();
        for (const options of [{ inputType: "query" }, { prompt: "query: " }, {}]) {
          const { embeddings } = await embed(model, texts, { ...asIs, ...options });
          expect(largestDifference(embeddings.data, expected)).toBeLessThan(1e-5);
        }
        const { embeddings } = await embed(model, texts, { ...asIs, inputType: "document" });
        expect(largestDifference(embeddings.data, golden(mode).alone.flat())).toBeLessThan(1e-5);
      });
    },
  );

  it("count where nothing else is said, and the default one goes before texts of no type", async () => {
    await withModel(variantFolder("bert", "with the prompt", prompted), {}, async (model) => {
      const { embeddings } = await embed(model, texts, asIs);
      expect(largestDifference(embeddings.data, golden("with the prompt").alone.flat())).toBeLessThan(1e-5);
    });
  });
});

describe("a model", () => {
  let model: TransformerModel;
  beforeAll(async () => {
    model = await loadTransformerModel(variantFolder("bert", "normalized mean"), { workers: 2 });
  });
  afterAll(() => model.close());

  it("gives a text the same vector in any company", async () => {
    const alone = new Map<string, Float32Array>();
    for (const text of texts) alone.set(text, (await embed(model, [text])).embeddings.row(0));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        async (company, batchSize) => {
          const { embeddings } = await embed(model, company, { batchSize });
          company.forEach((text, row) => {
            expect(
              largestDifference(embeddings.row(row), alone.get(text) as Float32Array),
            ).toBeLessThanOrEqual(1e-6);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("counts tokens, and reports texts that it cut, special tokens kept", async () => {
    const long = texts[2] as string;
    const { tokenCounts, truncated, embeddings } = await embed(model, ["the", long, "", long]);
    expect([...tokenCounts]).toEqual([3, 16, 2, 16]);
    expect(truncated).toEqual([1, 3]);
    const firstWords = long.split(" ").slice(0, 14).join(" ");
    expect(
      largestDifference((await embed(model, [firstWords])).embeddings.row(0), embeddings.row(1)),
    ).toBeLessThan(1e-6);
  });

  it("writes into the memory that it is given, and embeds nothing", async () => {
    const output = new Float32Array(2 * model.dimensions);
    const { embeddings } = await model.doEmbed({ texts: ["the", "a"], output });
    expect(embeddings.data).toBe(output);
    expect((await model.doEmbed({ texts: [] })).embeddings.rows).toBe(0);
  });

  it("rejects with the reason of a signal", async () => {
    const reason = new Error("enough");
    await expect(model.doEmbed({ texts, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const underWay = model.doEmbed({
      texts: Array.from({ length: 5000 }, () => texts).flat(),
      signal: controller.signal,
    });
    setImmediate(() => controller.abort(reason));
    await expect(underWay).rejects.toBe(reason);
    expect((await embed(model, ["the"])).embeddings.rows).toBe(1);
  });
});

describe("loadTransformerModel", () => {
  const plain = () => memoryFolder("plain", modelFiles("bert"));

  it("takes the mean of a folder without modules, or what it is told", async () => {
    for (const [pooling, name] of [
      [undefined, "mean"],
      ["cls", "cls"],
    ] as const) {
      const { embeddings } = await withModel(plain(), { pooling }, (model) => embed(model, texts, asIs));
      expect(largestDifference(embeddings.data, golden(name).alone.flat())).toBeLessThan(1e-5);
    }
  });

  it("names the graph in the id, and a pooling that is not the folder's", async () => {
    const idWith = (options: TransformerOptions) =>
      withModel(plain(), options, async ({ modelId }) => modelId);
    expect(await idWith({ pooling: "mean" })).toBe("plain+onnx/model.onnx");
    const other = { precision: "onnx/with-positions.onnx", pooling: "cls" } as const;
    expect(await idWith(other)).toBe("plain+onnx/with-positions.onnx+cls");
  });

  it("takes a lower limit", async () => {
    await withModel(plain(), { maxTokens: 4 }, async (model) => {
      expect(model.maxTokens).toBe(4);
      const { tokenCounts, truncated } = await embed(model, ["the doll has no arms", "the"]);
      expect([...tokenCounts]).toEqual([4, 3]);
      expect(truncated).toEqual([0]);
    });
  });

  it("reads weights in a file of their own, and says where one is missing or ends early", async () => {
    const files = modelFiles("bert");
    const { model, data } = writeModelWithExternalData(readModel(files["onnx/model.onnx"] as Uint8Array), {
      location: "model.onnx_data",
      smallest: 0,
    });
    const weights = Buffer.concat(data);
    const folder = (part: Uint8Array) =>
      memoryFolder("external", { ...files, "onnx/model.onnx": model, "onnx/model.onnx_data": part });
    const { embeddings } = await withModel(folder(weights), {}, (opened) => embed(opened, texts, asIs));
    expect(largestDifference(embeddings.data, golden("mean").alone.flat())).toBeLessThan(1e-5);

    await expect(loadTransformerModel(folder(weights.subarray(0, 1000)))).rejects.toThrow(InvalidFileError);
    const without = memoryFolder("external", { ...files, "onnx/model.onnx": model });
    await expect(loadTransformerModel(without)).rejects.toThrow(
      /keeps weights in model.onnx_data, which is not beside it/,
    );
  });

  it.each<[string, TransformerOptions, RegExp]>([
    ["a limit of no tokens", { maxTokens: 0 }, /maxTokens is 0/],
    [
      "a limit below the special tokens",
      { maxTokens: 1 },
      /the limit is 1 tokens, of which the tokenizer's own take 2/,
    ],
    ["an unknown pooling", { pooling: "median" as "mean" }, /pooling is "median"; use one of cls, max/],
    ["an unknown precision", { precision: "int7" as "int8" }, /precision is "int7"/],
  ])("refuses %s", async (_, options, message) => {
    const loading = loadTransformerModel(plain(), options);
    await expect(loading).rejects.toThrow(InvalidArgumentError);
    await expect(loading).rejects.toThrow(message);
  });

  it("says what is missing", async () => {
    const files = modelFiles("bert");
    delete files["tokenizer.json"];
    await expect(loadTransformerModel(memoryFolder("plain", files))).rejects.toThrow(NotFoundError);
    await expect(loadTransformerModel(plain(), { precision: "int8" })).rejects.toThrow(
      /no ONNX graph in int8/,
    );
  });

  it("stops when aborted", async () => {
    const reason = new Error("enough");
    await expect(loadTransformerModel(plain(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("gives a model that is over once it is closed", async () => {
    const model = await loadTransformerModel(plain(), { workers: 1 });
    await model.close();
    await expect(embed(model, ["the"])).rejects.toThrow(InvalidArgumentError);
    await model.close();
  });
});
