import { InvalidFileError, memoryFolder, NotFoundError } from "@kokeshi/core";
import { GraphBuilder, writeModel } from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import { encoderWeights } from "./encoder-weights.js";

const modules = (...types: string[]) =>
  JSON.stringify(
    types.map((type, index) => ({
      path: index === 0 ? "" : `${index}_${type}`,
      type: `sentence_transformers.models.${type}`,
    })),
  );

/** A graph whose two tensors are in these files. */
function graphWith(...locations: string[]): Uint8Array {
  const graph = new GraphBuilder("external");
  const sum = locations.reduce(
    (value) => graph.node("Add", [value, graph.constant("float32", [1, 2], [2])]),
    graph.input("x", "float32", [2]),
  );
  graph.output("y", sum, "float32", [2]);
  const model = graph.model();
  locations.forEach((location, index) => {
    const tensor = model.graph.initializers[index];
    if (tensor === undefined) throw new Error("a tensor for every location");
    tensor.data = new Uint8Array(0);
    tensor.external = { location, offset: 0, length: 8 };
  });
  return writeModel(model);
}

/** The weights of a repository as sentence-transformers and transformers.js lay them out together. */
const repository = memoryFolder("acme/model", {
  "modules.json": modules("Transformer", "Pooling", "Dense", "Dense", "Normalize"),
  "2_Dense/model.safetensors": "",
  "2_Dense/pytorch_model.bin": "",
  "3_Dense/pytorch_model.bin": "",
  "model.safetensors": "",
  "onnx/Constant_7_attr__value": "",
  "onnx/model.onnx": graphWith("model.onnx_data", "Constant_7_attr__value"),
  "onnx/model.onnx_data": "",
  "onnx/model_fp16.onnx": graphWith("model_fp16.onnx.data"),
  "onnx/model_fp16.onnx.data": "",
  "onnx/model_quantized.onnx": "not read: nothing lies beside it",
  "openvino/openvino_model.bin": "",
});

describe("encoderWeights", () => {
  it.each([
    ["float32", ["onnx/model.onnx", "onnx/model.onnx_data", "onnx/Constant_7_attr__value"]],
    ["float16", ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx.data"]],
    ["int8", ["onnx/model_quantized.onnx"]],
    ["auto", ["onnx/model_quantized.onnx"]],
    ["onnx/model_fp16.onnx", ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx.data"]],
  ] as const)(
    "are, in %s, one graph with what lies beside it, and the Dense layers",
    async (precision, graph) => {
      expect(await encoderWeights(repository, { precision })).toEqual([
        ...graph,
        "2_Dense/model.safetensors",
      ]);
    },
  );

  it("are asked of encoders alone, for a graph that is there", async () => {
    await expect(encoderWeights(repository, { precision: "int4" })).rejects.toThrow(NotFoundError);
    const clip = memoryFolder("acme/clip", { "modules.json": modules("CLIPModel"), "onnx/model.onnx": "" });
    await expect(encoderWeights(clip)).rejects.toThrow(InvalidFileError);
  });
});
