import { fileURLToPath } from "node:url";
import { InvalidFileError, memoryFolder, NotFoundError } from "@kokeshi/core";
import { GraphBuilder, readModel, writeModel, writeModelWithExternalData } from "@kokeshi/onnx";
import { writeSafetensors, tensorOf } from "@kokeshi/model-files";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PoolingMode } from "../encoder/encoder-plan.js";
import { modelFiles } from "../fixtures/golden-folder.js";
import { sourceOfBytes, withFile } from "./byte-source.js";
import { findGraph, type PrecisionChoice } from "./find-graph.js";
import { readLayout } from "./folder-layout.js";
import { readGraphOutline } from "./graph-outline.js";
import { inspectGraph } from "./inspect-graph.js";
import type { Int8Instructions } from "./int8-instructions.js";
import { readDense } from "./read-dense.js";
import { readLayers } from "./read-layers.js";
import { readPooling } from "./read-pooling.js";
import { readPrompts } from "./read-prompts.js";
import { readTransformerSettings } from "./token-limit.js";

const folderOf = (files: Record<string, unknown>) =>
  memoryFolder(
    "model",
    Object.fromEntries(
      Object.entries(files).map(([path, file]) => [
        path,
        file instanceof Uint8Array ? file : JSON.stringify(file),
      ]),
    ),
  );

describe("findGraph", () => {
  // The files of sentence-transformers/all-MiniLM-L6-v2 and of Xenova/all-MiniLM-L6-v2 on the Hub, in 2025.
  const sentenceTransformers = [
    "onnx/model.onnx",
    "onnx/model_O1.onnx",
    "onnx/model_O2.onnx",
    "onnx/model_O3.onnx",
    "onnx/model_O4.onnx",
    "onnx/model_qint8_arm64.onnx",
    "onnx/model_qint8_avx512.onnx",
    "onnx/model_qint8_avx512_vnni.onnx",
    "onnx/model_quint8_avx2.onnx",
  ];
  const transformersJs = [
    "onnx/model.onnx",
    "onnx/model_bnb4.onnx",
    "onnx/model_fp16.onnx",
    "onnx/model_int8.onnx",
    "onnx/model_q4.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model_uint8.onnx",
  ];

  it.each<[string[], PrecisionChoice, Int8Instructions, string]>([
    [sentenceTransformers, "auto", "vnni", "onnx/model_qint8_avx512_vnni.onnx"],
    [sentenceTransformers, "auto", "avx2", "onnx/model_quint8_avx2.onnx"],
    [sentenceTransformers, "auto", "arm64", "onnx/model_qint8_arm64.onnx"],
    [sentenceTransformers, "float32", "vnni", "onnx/model.onnx"],
    [sentenceTransformers, "float16", "vnni", "onnx/model_O4.onnx"],
    [sentenceTransformers, "onnx/model_O2.onnx", "vnni", "onnx/model_O2.onnx"],
    [transformersJs, "auto", "vnni", "onnx/model_int8.onnx"],
    [transformersJs, "auto", "avx2", "onnx/model_uint8.onnx"],
    [transformersJs, "int8", "arm64", "onnx/model_int8.onnx"],
    [transformersJs, "uint8", "vnni", "onnx/model_uint8.onnx"],
    [transformersJs, "float16", "vnni", "onnx/model_fp16.onnx"],
    [transformersJs, "int4", "vnni", "onnx/model_q4.onnx"],
    [["onnx/model.onnx"], "auto", "vnni", "onnx/model.onnx"],
    [["model.onnx"], "auto", "vnni", "model.onnx"],
    [["0_Transformer/onnx/model_quantized.onnx"], "auto", "vnni", "0_Transformer/onnx/model_quantized.onnx"],
  ])("of %j takes, for %s on %s, %s", async (files, choice, instructions, expected) => {
    const folder = folderOf(Object.fromEntries(files.map((path) => [path, 0])));
    const unlisted = { ...folder, list: undefined };
    expect(await findGraph(folder, "0_Transformer/", choice, instructions)).toBe(expected);
    expect(await findGraph(unlisted, "0_Transformer/", choice, instructions)).toBe(expected);
  });

  it("says which graphs there are, or how to make one", async () => {
    const folder = folderOf({ "onnx/model.onnx": 0, "onnx/model_fp16.onnx": 0 });
    const missing = findGraph(folder, "", "int8");
    await expect(missing).rejects.toThrow(NotFoundError);
    await expect(missing).rejects.toThrow(
      /no ONNX graph in int8; choose among onnx\/model.onnx, onnx\/model_fp16/,
    );
    await expect(findGraph(folder, "", "onnx/none.onnx")).rejects.toThrow(
      /has no onnx\/none.onnx; choose among/,
    );
    await expect(findGraph(folderOf({}), "")).rejects.toThrow(
      /no ONNX graph; export the model to onnx\/model.onnx/,
    );
    await expect(findGraph(folder, "", "int7" as "int8")).rejects.toThrow(
      /precision is "int7"; use one of auto/,
    );
  });
});

describe("readLayout", () => {
  const modules = (...types: string[]) =>
    types.map((type, index) => ({
      idx: index,
      name: `${index}`,
      path: index === 0 ? "" : `${index}_x`,
      type,
    }));

  it("takes the classes of any version of sentence-transformers", async () => {
    const files = { "modules.json": modules("sentence_transformers.models.Transformer", "x.y.Pooling") };
    expect(await readLayout(folderOf(files))).toEqual({
      transformer: "",
      modules: [{ type: "Pooling", path: "1_x/" }],
    });
    expect(await readLayout(folderOf({}))).toEqual({ transformer: "", modules: undefined });
  });

  it("leaves no folder, and begins with a Transformer", async () => {
    const outside = [{ path: "../..", type: "sentence_transformers.models.Transformer" }];
    await expect(readLayout(folderOf({ "modules.json": outside }))).rejects.toThrow(
      /places a module in "\.\.\/\.\."/,
    );
    await expect(readLayout(folderOf({ "modules.json": modules("a.CLIPModel") }))).rejects.toThrow(
      /begins with the module a.CLIPModel/,
    );
  });

  it("takes only modules that it knows, in an order that it knows", async () => {
    for (const types of [["LSTM"], ["Pooling", "LayerNorm"], ["Normalize"], ["Dense", "Pooling"]]) {
      const layout = { transformer: "", modules: types.map((type) => ({ type, path: `${type}/` })) };
      await expect(readLayers(folderOf({ "Pooling/config.json": {} }), layout, undefined)).rejects.toThrow(
        /where this backend does not know what to do with it/,
      );
    }
  });
});

describe("readPooling", () => {
  const read = (config: object) => readPooling(folderOf({ "1_Pooling/config.json": config }), "1_Pooling/");

  it.each<[object, PoolingMode[]]>([
    [{}, ["mean"]],
    [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, ["cls"]],
    [{ pooling_mode_lasttoken: true, pooling_mode_mean_tokens: false }, ["lasttoken"]],
    [{ pooling_mode_max_tokens: true, pooling_mode_cls_token: true }, ["cls", "max", "mean"]],
    [{ pooling_mode: "weightedmean" }, ["weightedmean"]],
    [{ pooling_mode: ["mean", "cls"] }, ["mean", "cls"]],
  ])("of %j is %j", async (config, modes) => {
    expect(await read(config)).toEqual({ modes, includePrompt: true, tokenWidth: undefined });
  });

  it("keeps the prompt out where it is told to, and knows the width in either spelling", async () => {
    expect(await read({ include_prompt: false, word_embedding_dimension: 8 })).toMatchObject({
      includePrompt: false,
      tokenWidth: 8,
    });
    expect(await read({ embedding_dimension: 9 })).toMatchObject({ tokenWidth: 9 });
  });

  it("refuses modes that it does not know, and none at all", async () => {
    await expect(read({ pooling_mode: "median" })).rejects.toThrow(
      /pooling mode "median"; the modes are cls, max/,
    );
    await expect(read({ pooling_mode_mean_tokens: false })).rejects.toThrow(/turns all pooling modes off/);
    await expect(read({ pooling_mode: [] })).rejects.toThrow(/pooling_mode is not a string/);
  });
});

describe("readDense", () => {
  const config = {
    in_features: 2,
    out_features: 1,
    bias: true,
    activation_function: "torch.nn.modules.activation.Tanh",
  };
  const weights = {
    "linear.weight": tensorOf(Float32Array.of(1, 2), [1, 2]),
    "linear.bias": tensorOf(Float32Array.of(3), [1]),
  };
  const read = (changed: object, tensors: Parameters<typeof writeSafetensors>[0] = weights) =>
    readDense(
      folderOf({
        "2_Dense/config.json": { ...config, ...changed },
        "2_Dense/model.safetensors": writeSafetensors(tensors),
      }),
      "2_Dense/",
    );

  it("reads weights and bias", async () => {
    expect(await read({})).toEqual({
      type: "dense",
      inputs: 2,
      outputs: 1,
      weight: Float32Array.of(1, 2),
      bias: Float32Array.of(3),
      activation: "tanh",
    });
    expect(await read({ bias: false })).toMatchObject({ bias: undefined });
  });

  it.each<[string, object, RegExp]>([
    [
      "an activation nobody knows",
      { activation_function: "torch.nn.Softshrink" },
      /activation torch.nn.Softshrink/,
    ],
    ["an activation named like a method", { activation_function: "x.toString" }, /activation x.toString/],
    ["other shapes", { in_features: 3 }, /linear.weight .* has the shape \[1, 2\] instead of \[1, 3\]/],
    ["tokens to work on", { module_input_name: "token_embeddings" }, /Dense layer over "token_embeddings"/],
    ["a layer that adds its input", { use_residual: true }, /adds its input to its output/],
  ])("refuses %s", async (_, changed, message) => {
    await expect(read(changed)).rejects.toThrow(message);
  });

  it("refuses weights that are missing, or no floating-point numbers, and says why pickles are not read", async () => {
    await expect(read({}, {})).rejects.toThrow(/has no tensor linear.weight/);
    const integers = { ...weights, "linear.weight": tensorOf(Int8Array.of(1, 2), [1, 2]) };
    await expect(read({}, integers)).rejects.toThrow(/linear.weight .* is of the type I8/);
    await expect(readDense(folderOf({ "config.json": config }), "")).rejects.toThrow(/pytorch_model.bin/);
  });
});

describe("readTransformerSettings", () => {
  const bert = { model_type: "bert", max_position_embeddings: 512, pad_token_id: 0 };
  const roberta = { model_type: "xlm-roberta", max_position_embeddings: 514, pad_token_id: 1 };

  it.each<[string, Record<string, unknown>, number | undefined]>([
    ["max_seq_length", { "config.json": bert, "sentence_bert_config.json": { max_seq_length: 128 } }, 128],
    ["max_seq_length by an older name", { "sentence_roberta_config.json": { max_seq_length: 64 } }, 64],
    ["the positions", { "config.json": bert, "sentence_bert_config.json": { max_seq_length: 8192 } }, 512],
    ["the positions after the padding's", { "config.json": roberta }, 512],
    [
      "the tokenizer's limit",
      { "config.json": bert, "tokenizer_config.json": { model_max_length: 256 } },
      256,
    ],
    [
      "nothing",
      { "config.json": { model_type: "t5" }, "tokenizer_config.json": { model_max_length: 1e30 } },
      undefined,
    ],
  ])("limits tokens to %s", async (_, files, expected) => {
    expect((await readTransformerSettings(folderOf(files), "")).maxTokens).toBe(expected);
  });

  it("knows lower case, padding and the first position", async () => {
    const files = { "config.json": roberta, "sentence_bert_config.json": { do_lower_case: true } };
    expect(await readTransformerSettings(folderOf(files), "")).toMatchObject({
      lowerCase: true,
      padId: 1,
      firstPosition: 2,
    });
  });
});

describe("readPrompts", () => {
  const path = "config_sentence_transformers.json";

  it("reads prompts and which of them is the default", async () => {
    const prompts = { query: "query: ", passage: "passage: " };
    expect(await readPrompts(folderOf({ [path]: { prompts, default_prompt_name: "passage" } }))).toEqual({
      prompts,
      defaultInputType: "passage",
    });
    expect(await readPrompts(folderOf({ [path]: { prompts: {}, default_prompt_name: null } }))).toEqual({
      prompts: {},
      defaultInputType: undefined,
    });
    expect(await readPrompts(folderOf({}))).toEqual({ prompts: {}, defaultInputType: undefined });
  });

  it("refuses a default that is not there", async () => {
    const missing = readPrompts(folderOf({ [path]: { default_prompt_name: "toString" } }));
    await expect(missing).rejects.toThrow(InvalidFileError);
  });
});

describe("inspectGraph", () => {
  function factsOf(build: (graph: GraphBuilder) => void) {
    const graph = new GraphBuilder("inspected");
    build(graph);
    const bytes = writeModel(graph.model({ "": 21, "com.microsoft": 1 }));
    return inspectGraph(readGraphOutline(sourceOfBytes(bytes), "model.onnx"));
  }
  const weights = (graph: GraphBuilder, type: "int8" | "uint8") =>
    graph.initializer(type, [2, 2], new Uint8Array(4));

  it("tells precisions, and that dynamic quantization looks at the whole batch", () => {
    const dynamic = factsOf((graph) => {
      const [codes] = graph.nodes("DynamicQuantizeLinear", [graph.input("x", "float32", ["n", 2])], 3);
      graph.node("MatMulInteger", [codes as string, weights(graph, "int8")]);
    });
    expect(dynamic).toEqual({ precision: "int8", batchInvariant: false });
    const fixed = factsOf((graph) => {
      graph.node("DequantizeLinear", [weights(graph, "uint8"), graph.constant("float32", [1], [])]);
    });
    expect(fixed).toEqual({ precision: "uint8", batchInvariant: true });
    const halves = factsOf((graph) => void graph.initializer("float16", [1, 2], new Uint8Array(4)));
    expect(halves).toEqual({ precision: "float16", batchInvariant: true });
    const fourBits = factsOf((graph) => {
      graph.node("MatMulNBits", [graph.input("x", "float32", ["n", 2]), weights(graph, "uint8")], {
        domain: "com.microsoft",
      });
    });
    expect(fourBits).toEqual({ precision: "int4", batchInvariant: true });
  });

  it("takes a mask of int8 for no weights", () => {
    const plain = factsOf((graph) => {
      weights(graph, "int8");
      graph.constant("float32", [1, 2, 3, 4], [2, 2]);
    });
    expect(plain).toEqual({ precision: "float32", batchInvariant: true });
  });
});

describe("readGraphOutline", () => {
  const outline = (bytes: Uint8Array) => readGraphOutline(sourceOfBytes(bytes), "model.onnx");
  const whole = modelFiles("t5")["onnx/model.onnx"] as Uint8Array;

  it("finds what @kokeshi/onnx finds, in graphs inside of nodes too", () => {
    const body = readModel(whole).graph;
    const nested = new GraphBuilder("nested");
    nested.node("If", [nested.input("condition", "bool", [])], {
      attributes: {
        then_branch: { type: "graph", value: body },
        else_branch: { type: "graph", value: body },
      },
    });
    const operators = new Set(body.nodes.map(({ operator }) => operator));
    expect(outline(whole)).toMatchObject({ operators, tensorTypes: new Set(["float32"]) });
    expect(outline(writeModel(nested.model())).operators).toEqual(new Set(["If", ...operators]));
  });

  it("reads a file in parts, and sees the same", () => {
    const path = fileURLToPath(new URL("../fixtures/golden/t5/onnx/model.onnx", import.meta.url));
    expect({ ...withFile(path, (source) => readGraphOutline(source, "model.onnx")), source: 0 }).toEqual({
      ...outline(whole),
      source: 0,
    });
    expect(() => withFile(`${path}.none`, () => 0)).toThrow(InvalidFileError);
  });

  it("names the files of external weights, none outside the folder", () => {
    const { model } = writeModelWithExternalData(readModel(whole), { location: "weights.bin", smallest: 0 });
    expect(outline(model).externalFiles).toEqual(new Set(["weights.bin"]));
    const outside = Buffer.from(
      Buffer.from(model).toString("latin1").replaceAll("weights.bin", "../eights.b"),
      "latin1",
    );
    expect(() => outline(outside)).toThrow(/keeps weights in "..\/eights.b", outside its folder/);
  });

  it("gives typed errors for bytes of any kind", () => {
    expect(() => outline(new Uint8Array())).toThrow(/model.onnx has no graph/);
    expect(() => outline(whole.subarray(0, whole.length - 1))).toThrow(/goes beyond what it is in/);
    // A graph in an attribute of a node of a graph, and so on: far deeper than any stack.
    let deep = Buffer.alloc(0);
    const message = (number: number, content: Buffer) => {
      const head = [number * 8 + 2];
      for (let rest = content.length; ; rest >>>= 7) {
        head.push(rest < 128 ? rest : (rest & 127) | 128);
        if (rest < 128) return Buffer.concat([Buffer.from(head), content]);
      }
    };
    for (let depth = 0; depth < 3000; depth++) deep = message(1, message(5, message(6, deep)));
    expect(() => outline(message(7, deep))).toThrow(/nested too deep/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          outline(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidFileError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
