import { InvalidFileError, memoryFolder, NotFoundError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { encoderWeights } from "./encoder-weights.js";

const modules = (...types: string[]) =>
  JSON.stringify(
    types.map((type, index) => ({
      path: index === 0 ? "" : `${index}_${type}`,
      type: `sentence_transformers.models.${type}`,
    })),
  );

/** The weights of a repository as sentence-transformers and transformers.js lay them out together. */
const repository = memoryFolder("acme/model", {
  "modules.json": modules("Transformer", "Pooling", "Dense", "Dense", "Normalize"),
  "2_Dense/model.safetensors": "",
  "2_Dense/pytorch_model.bin": "",
  "3_Dense/pytorch_model.bin": "",
  "model.safetensors": "",
  "onnx/model.onnx": "",
  "onnx/model.onnx_data": "",
  "onnx/model.onnx_data_1": "",
  "onnx/model_fp16.onnx": "",
  "onnx/model_fp16.onnx.data": "",
  "onnx/model_quantized.onnx": "",
  "openvino/openvino_model.bin": "",
});

describe("encoderWeights", () => {
  it.each([
    ["float32", ["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"]],
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
