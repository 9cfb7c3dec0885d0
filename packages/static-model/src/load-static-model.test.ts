import {
  createBackendRegistry,
  embed,
  InvalidArgumentError,
  InvalidFileError,
  memoryFolder,
  NotFoundError,
} from "@kokeshi/core";
import { tensorOf, writeSafetensors } from "@kokeshi/model-files";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dimensions, table, tokenizerJson } from "./fixtures/small-model.js";
import { kokeshiStaticFiles } from "./kokeshi-static-files.js";
import { loadStaticModel } from "./load-static-model.js";
import { model2VecFiles } from "./model2vec-files.js";
import { quantizeRows } from "./quantize-rows.js";
import { staticBackend } from "./static-backend.js";
import { staticEmbeddingFiles } from "./static-embedding-files.js";

type Files = Record<string, Uint8Array | string>;

const settings = { tokenizerJson, dimensions, normalize: false };
const staticEmbedding = (): Files => staticEmbeddingFiles({ ...settings, table });
const model2Vec = (): Files => model2VecFiles({ ...settings, table });
const kokeshi = (): Files =>
  kokeshiStaticFiles({ ...settings, table: { ...quantizeRows(table, dimensions), dimensions } });

async function vectors(files: Files, texts: readonly string[], maxTokens?: number) {
  const model = await loadStaticModel(memoryFolder("small", files), { maxTokens });
  const { embeddings, truncated, tokenCounts } = await model.doEmbed({ texts });
  return { vectors: embeddings.toArrays(), truncated, tokenCounts: Array.from(tokenCounts) };
}

describe("the rules of each family", () => {
  it("sentence-transformers keeps unknown tokens and adds no special ones", async () => {
    expect(await vectors(staticEmbedding(), ["one three", "one nothing", ""])).toEqual({
      vectors: [
        [2, -20],
        [50.5, 45],
        [0, 0],
      ],
      truncated: [],
      tokenCounts: [2, 2, 0],
    });
  });

  it("Model2Vec drops unknown tokens", async () => {
    expect(await vectors(model2Vec(), ["one three", "one nothing two", "nothing"])).toEqual({
      vectors: [
        [2, -20],
        [1.5, -15],
        [0, 0],
      ],
      truncated: [],
      tokenCounts: [2, 2, 0],
    });
  });

  it("Kokeshi's own layout counts a repeated token less where its config says so, and all tokens as read", async () => {
    const files = kokeshiStaticFiles({
      ...settings,
      table: { ...quantizeRows(table, dimensions), dimensions },
      termFrequency: "sublinear",
    });
    const texts = ["one one two", "two two two", "one one one two", "two one two two two"];
    const [linear, sublinear] = [await vectors(kokeshi(), texts), await vectors(files, texts)];
    expect(sublinear.tokenCounts).toEqual([3, 3, 4, 5]);
    expect(sublinear.vectors[1]).toEqual(linear.vectors[1]);
    const weighted = (ones: number, twos: number) => (-10 * ones - 20 * twos) / (ones + twos);
    expect(sublinear.vectors[0]?.[1]).toBeCloseTo(weighted(1 + Math.log(2), 1), 1);
    expect(sublinear.vectors[2]?.[1]).toBeCloseTo(weighted(1 + Math.log(3), 1), 1);
    expect(sublinear.vectors[3]?.[1]).toBeCloseTo(weighted(1, 1 + Math.log(4)), 1);
    expect(linear.vectors[2]?.[1]).toBeCloseTo(weighted(3, 1), 1);
  });

  it("Model2Vec looks at no more characters than maxTokens x the median length of its tokens", async () => {
    // Lengths 3, 3, 3, 4, 4, 5, 5: eight characters, in which "three" is not whole.
    expect(await vectors(model2Vec(), ["one two", "one three"], 2)).toEqual({
      vectors: [
        [1.5, -15],
        [1, -10],
      ],
      truncated: [1],
      tokenCounts: [2, 1],
    });
  });

  it("Kokeshi's int8 layout follows sentence-transformers", async () => {
    const { vectors: rows } = await vectors(kokeshi(), ["one three", "one nothing", ""]);
    expect(rows.flat()).toEqual([2, -20, 50.5, 45, 0, 0].map((value) => expect.closeTo(value, 0)));
  });

  it("sentence-transformers obeys the truncation in tokenizer.json", async () => {
    const truncation = { max_length: 2, strategy: "LongestFirst", stride: 0, direction: "Right" };
    const files = {
      ...staticEmbedding(),
      "0_StaticEmbedding/tokenizer.json": JSON.stringify({ ...JSON.parse(tokenizerJson), truncation }),
    };
    expect(await vectors(files, ["one three five"])).toEqual({
      vectors: [[2, -20]],
      truncated: [0],
      tokenCounts: [2],
    });
  });

  it("normalises where the folder says so", async () => {
    for (const files of [
      staticEmbeddingFiles({ ...settings, table, normalize: true }),
      model2VecFiles({ ...settings, table, normalize: true }),
      kokeshiStaticFiles({
        ...settings,
        normalize: true,
        table: { ...quantizeRows(table, dimensions), dimensions },
      }),
    ]) {
      const [row, empty] = (await vectors(files, ["one two", ""])).vectors as number[][];
      expect(Math.hypot(...(row as number[]))).toBeCloseTo(1, 6);
      expect(empty).toEqual([0, 0]);
    }
  });
});

describe("limits and cancellation", () => {
  it.each([
    ["sentence-transformers", staticEmbedding],
    ["kokeshi", kokeshi],
  ])("maxTokens cuts and reports (%s)", async (_, files) => {
    const result = await vectors(files(), ["one three five", "one"], 2);
    expect(result).toMatchObject({ truncated: [0], tokenCounts: [2, 1] });
    expect(result.vectors[0]).toEqual([2, -20].map((value) => expect.closeTo(value, 0)));
    await expect(vectors(files(), [], 0)).rejects.toThrow(InvalidArgumentError);
  });

  it("keeps Kokeshi's own limit where it is the shorter one", async () => {
    const files = kokeshiStaticFiles({
      ...settings,
      maxTokens: 2,
      table: { ...quantizeRows(table, dimensions), dimensions },
    });
    expect((await loadStaticModel(memoryFolder("small", files))).maxTokens).toBe(2);
    expect((await loadStaticModel(memoryFolder("small", files), { maxTokens: 3 })).maxTokens).toBe(2);
    expect((await loadStaticModel(memoryFolder("small", files), { maxTokens: 1 })).maxTokens).toBe(1);
  });

  it("stops between portions of text when aborted", async () => {
    const model = await loadStaticModel(memoryFolder("small", staticEmbedding()));
    const controller = new AbortController();
    const texts = Array<string>(20_000).fill("one two three four five six");
    setTimeout(() => controller.abort(new Error("enough")));
    await expect(model.doEmbed({ texts, signal: controller.signal })).rejects.toThrow("enough");
    await expect(model.doEmbed({ texts: [], signal: controller.signal })).rejects.toThrow("enough");
    await expect(
      loadStaticModel(memoryFolder("small", staticEmbedding()), { signal: controller.signal }),
    ).rejects.toThrow("enough");
  });
});

describe("staticBackend", () => {
  const transformer: Files = {
    "config.json": JSON.stringify({ model_type: "bert" }),
    "modules.json": JSON.stringify([
      { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    ]),
    "model.safetensors": "",
    "tokenizer.json": "",
  };

  it("recognises its own folders and no others", async () => {
    for (const files of [staticEmbedding(), model2Vec(), kokeshi()]) {
      expect(await staticBackend.detect(memoryFolder("small", files))).toBe(true);
    }
    for (const files of [
      transformer,
      {},
      { "config.json": "{}" },
      { "config_sentence_transformers.json": "{}" },
    ]) {
      expect(await staticBackend.detect(memoryFolder("other", files))).toBe(false);
      await expect(loadStaticModel(memoryFolder("other", files))).rejects.toThrow(
        /not a static embedding model/,
      );
    }
  });

  it("works behind core's registry, prompts and options", async () => {
    const files = staticEmbeddingFiles({ ...settings, table, prompts: { query: "three " } });
    const { model, backend } = await createBackendRegistry([staticBackend]).open(
      memoryFolder("small", files),
    );
    expect(backend).toBe(staticBackend);
    const { embeddings } = await embed(model, ["one"], { inputType: "query", normalize: false });
    expect(embeddings.toArrays()).toEqual([[2, -20]]);
    const { embeddings: short } = await embed(model, ["one"], { dimensions: 1 });
    expect(short.toArrays()).toEqual([[1]]);
    await model.close();
  });

  it("loads the first components alone, in every family", async () => {
    const texts = ["one", "two three", ""];
    for (const files of [
      kokeshi(),
      staticEmbeddingFiles({ ...settings, table }),
      model2VecFiles({ ...settings, table }),
    ]) {
      const whole = await loadStaticModel(memoryFolder("small", files));
      const narrow = await loadStaticModel(memoryFolder("small", files), { dimensions: 1 });
      expect(narrow.dimensions).toBe(1);
      const { embeddings } = await embed(narrow, texts, { normalize: false });
      const { embeddings: all } = await embed(whole, texts, { normalize: false });
      expect(embeddings.toArrays()).toEqual(all.toArrays().map((row) => row.slice(0, 1)));
    }
    const all = await loadStaticModel(memoryFolder("small", kokeshi()), { dimensions: 3 });
    expect(all.dimensions).toBe(2);
    for (const wrong of [0, 1.5])
      await expect(loadStaticModel(memoryFolder("small", kokeshi()), { dimensions: wrong })).rejects.toThrow(
        `dimensions is ${wrong}; use a whole number of at least 1`,
      );
  });

  it("reads the licence from config.json, else from the front matter of README.md", async () => {
    const licence = async (files: Files) =>
      (await loadStaticModel(memoryFolder("small", files))).description.licence;
    expect(await licence(kokeshi())).toBeUndefined();
    expect(
      await licence({
        ...kokeshi(),
        "README.md": '---\r\ntags:\r\n- x\r\nlicense: "apache-2.0"\r\n---\r\n# Model',
      }),
    ).toBe("apache-2.0");
    expect(await licence({ ...kokeshi(), "README.md": "license: none of the front matter" })).toBeUndefined();
    const files = kokeshiStaticFiles({
      ...settings,
      licence: "mit",
      table: { ...quantizeRows(table, dimensions), dimensions },
    });
    expect(await licence(files)).toBe("mit");
  });
});

describe("broken folders", () => {
  const weights = (tensors: Parameters<typeof writeSafetensors>[0]): Files => ({
    "model.safetensors": writeSafetensors(tensors),
  });
  const embeddings = tensorOf(table, [7, 2]);

  it.each<[string, Files, RegExp]>([
    [
      "modules in the wrong shape",
      { ...staticEmbedding(), "modules.json": "[{}]" },
      /modules.json of small .* 0.path/,
    ],
    [
      "a module nobody knows",
      { ...staticEmbedding(), "modules.json": modules("StaticEmbedding", "Dense") },
      /asks for the module x.Dense/,
    ],
    [
      "a path out of the folder",
      { ...staticEmbedding(), "modules.json": modules("StaticEmbedding").replace("0_S", "../S") },
      /places the table in/,
    ],
    [
      "a config of another version",
      { ...kokeshi(), "config.json": '{"model_type":"kokeshi-static","format_version":2,"normalize":true}' },
      /format_version/,
    ],
    [
      "a way to count that nobody knows",
      {
        ...kokeshi(),
        "config.json":
          '{"model_type":"kokeshi-static","format_version":1,"normalize":true,"term_frequency":"binary"}',
      },
      /term_frequency/,
    ],
    ["a config that is no JSON", { ...model2Vec(), "config.json": "{" }, /config.json of small is not JSON/],
    [
      "a tokenizer that is no JSON",
      { ...model2Vec(), "tokenizer.json": "\u0000" },
      /tokenizer.json of small is not JSON/,
    ],
    [
      "a tokenizer that is none",
      { ...model2Vec(), "tokenizer.json": "{}" },
      /tokenizer.json: model is not an object/,
    ],
    ["no table", { ...model2Vec(), ...weights({ other: embeddings }) }, /no tensor named/],
    [
      "a table of one dimension",
      { ...model2Vec(), ...weights({ embeddings: tensorOf(table, [14]) }) },
      /shape \[14\] is not a table/,
    ],
    [
      "an empty table",
      { ...model2Vec(), ...weights({ embeddings: tensorOf(new Float32Array(), [7, 0]) }) },
      /is not a table/,
    ],
    [
      "a table of truths",
      {
        ...model2Vec(),
        ...weights({ embeddings: { dtype: "BOOL", shape: [7, 2], data: new Uint8Array(14) } }),
      },
      /type BOOL/,
    ],
    [
      "a table too short for the tokenizer",
      { ...model2Vec(), ...weights({ embeddings: tensorOf(table.slice(2), [6, 2]) }) },
      /ids up to 6, but model.safetensors has vectors for 6/,
    ],
    [
      "a mapping out of the table",
      {
        ...model2Vec(),
        ...weights({ embeddings, mapping: tensorOf(Int32Array.of(0, 1, 2, 3, 4, 5, 7), [7]) }),
      },
      /mapping\[6\] is 7/,
    ],
    [
      "a negative mapping",
      { ...model2Vec(), ...weights({ embeddings, mapping: tensorOf(Int32Array.of(-1), [1]) }) },
      /mapping\[0\] is -1/,
    ],
    [
      "weights for fewer tokens",
      { ...model2Vec(), ...weights({ embeddings, weights: tensorOf(new Float64Array(6), [6]) }) },
      /weights has the shape \[6\] where 7/,
    ],
    [
      "scales in whole numbers",
      { ...kokeshi(), ...weights({ embeddings, "embedding.scale": tensorOf(new Int8Array(7), [7]) }) },
      /embedding.scale is of the type I8/,
    ],
    [
      "a scale without end",
      {
        ...kokeshi(),
        ...weights({
          embeddings: tensorOf(new Int8Array(14), [7, 2]),
          "embedding.scale": tensorOf(Float32Array.of(1, 1, Infinity, 1, 1, 1, 1), [7]),
        }),
      },
      /embedding.scale\[2\] is Infinity/,
    ],
  ])("%s", async (_, files, message) => {
    const loading = loadStaticModel(memoryFolder("small", files));
    await expect(loading).rejects.toThrow(InvalidFileError);
    await expect(loading).rejects.toThrow(message);
  });

  it("names a missing file", async () => {
    const files = model2Vec();
    delete files["tokenizer.json"];
    await expect(loadStaticModel(memoryFolder("small", files))).rejects.toThrow(NotFoundError);
    await expect(loadStaticModel(memoryFolder("small", files))).rejects.toThrow(/tokenizer.json/);
  });

  it("gives only typed errors for any configuration", async () => {
    const names = fc.constantFrom("config.json", "modules.json", "config_sentence_transformers.json");
    const families = fc.constantFrom(staticEmbedding(), model2Vec(), kokeshi());
    await fc.assert(
      fc.asyncProperty(families, names, fc.json(), async (files, name, json) => {
        await loadStaticModel(memoryFolder("small", { ...files, [name]: json })).catch((error: unknown) => {
          if (!(error instanceof InvalidFileError)) throw error;
        });
      }),
      { numRuns: 300 },
    );
  });
});

function modules(...types: string[]): string {
  return JSON.stringify(
    types.map((type, idx) => ({
      idx,
      name: `${idx}`,
      path: idx === 0 ? "0_StaticEmbedding" : "",
      type: `x.${type}`,
    })),
  );
}
