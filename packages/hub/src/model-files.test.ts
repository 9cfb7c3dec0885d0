import { describe, expect, it } from "vitest";
import { modelFiles } from "./model-files.js";

/** Names as they are found in the repositories of sentence-transformers, Xenova, minishlab and intfloat models. */
const repository = [
  ".gitattributes",
  "1_Pooling/config.json",
  "2_Dense/config.json",
  "2_Dense/model.safetensors",
  "2_Dense/pytorch_model.bin",
  "LICENSE",
  "README.md",
  "config.json",
  "config_sentence_transformers.json",
  "coreml/model.mlpackage/Manifest.json",
  "eval/similarity_evaluation_results.csv",
  "flax_model.msgpack",
  "images/plot.png",
  "model.fp16.gguf",
  "model.safetensors",
  "model.safetensors.index.json",
  "modules.json",
  "onnx/model.onnx",
  "onnx/model.onnx_data",
  "onnx/model_O4.onnx",
  "onnx/model_qint8_avx512_vnni.onnx",
  "onnx/model_quantized.onnx",
  "openvino/openvino_model.bin",
  "openvino/openvino_model.xml",
  "openvino/tokenizer.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "rust_model.ot",
  "sentence_bert_config.json",
  "sentencepiece.bpe.model",
  "special_tokens_map.json",
  "tf_model.h5",
  "tokenizer.json",
  "tokenizer_config.json",
  "train_script.py",
  "training_args.bin",
  "vocab.txt",
];

const always = [
  "1_Pooling/config.json",
  "2_Dense/config.json",
  "LICENSE",
  "README.md",
  "config.json",
  "config_sentence_transformers.json",
  "model.safetensors.index.json",
  "modules.json",
  "sentence_bert_config.json",
  "sentencepiece.bpe.model",
  "special_tokens_map.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "vocab.txt",
];

const taken = (options?: Parameters<typeof modelFiles>[0]) => repository.filter(modelFiles(options)).sort();

describe("modelFiles", () => {
  it("takes configuration, tokenizer, safetensors and the plain ONNX graph, and no other weights", () => {
    const weights = [
      "2_Dense/model.safetensors",
      "model.safetensors",
      "onnx/model.onnx",
      "onnx/model.onnx_data",
    ];
    expect(taken()).toEqual([...always, ...weights].sort());
  });

  it("takes one form of the weights by choice", () => {
    expect(taken({ weights: ["safetensors"] })).toEqual(
      [...always, "2_Dense/model.safetensors", "model.safetensors"].sort(),
    );
    expect(taken({ weights: ["onnx"], graphs: ["model_quantized.onnx"] })).toEqual(
      [...always, "onnx/model_quantized.onnx"].sort(),
    );
    expect(taken({ weights: [] })).toEqual(always);
  });
});
