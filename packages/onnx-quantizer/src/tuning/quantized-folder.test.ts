import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, KokeshiError, memoryFolder } from "@kokeshi/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finished, tunedOf } from "./fixtures/trials.js";
import { graphPathOf, quantizedFolderFiles, writeQuantizedFolder } from "./quantized-folder.js";

const graph = Uint8Array.of(1, 2, 3);
const modules = [
  { path: "", type: "sentence_transformers.models.Transformer" },
  { path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  { path: "2_Dense", type: "sentence_transformers.models.Dense" },
];

describe("quantizedFolderFiles", () => {
  it("brings along what describes the model, and neither its float32 weights nor other graphs", async () => {
    const source = memoryFolder("m", {
      "README.md": "---\nlicense: mit\n---",
      LICENSE: "MIT",
      "config.json": "{}",
      "modules.json": JSON.stringify(modules),
      "tokenizer.json": "{}",
      "vocab.txt": "a",
      "sentencepiece.bpe.model": "a",
      "1_Pooling/config.json": "{}",
      "2_Dense/config.json": "{}",
      "2_Dense/model.safetensors": "dense",
      "2_Dense/pytorch_model.bin": "pickle",
      "model.safetensors": "float32",
      "model.safetensors.index.json": "{}",
      "pytorch_model.bin": "float32",
      "onnx/model.onnx": "float32",
      "onnx/model.onnx_data": "float32",
      "openvino/config.json": "{}",
    });
    const files = await quantizedFolderFiles(source, tunedOf(finished(1), graph));
    expect(Object.keys(files).sort()).toEqual([
      "1_Pooling/config.json",
      "2_Dense/config.json",
      "2_Dense/model.safetensors",
      "LICENSE",
      "README.md",
      "config.json",
      "modules.json",
      "onnx/model_int8.onnx",
      "quantization/calibration.json",
      "quantization/ledger.json",
      "quantization/ledger.md",
      "quantization/ledger.svg",
      "sentencepiece.bpe.model",
      "tokenizer.json",
      "vocab.txt",
    ]);
    expect(files["onnx/model_int8.onnx"]).toBe(graph);
    const text = (path: string): string => new TextDecoder().decode(files[path]);
    expect(JSON.parse(text("quantization/ledger.json"))).toMatchObject({
      version: 1,
      best: 1,
      metGoal: false,
    });
    expect(JSON.parse(text("quantization/calibration.json"))).toMatchObject({
      ranges: { "/layer": [-1, 2] },
    });
    expect(text("quantization/ledger.svg")).toMatch(/^<svg /);
  });

  it("names weights of four bits as transformers.js does", () => {
    const named = (bits: 4 | 8): string =>
      graphPathOf({ best: finished(1, { recipe: { method: "weight-only", bits } }) });
    expect(named(4)).toBe("onnx/model_q4.onnx");
    expect(named(8)).toBe("onnx/model_int8.onnx");
  });

  it("asks for a folder that can be listed", async () => {
    const { modelId, has, read } = memoryFolder("m", {});
    await expect(quantizedFolderFiles({ modelId, has, read }, tunedOf(finished(1), graph))).rejects.toThrow(
      InvalidArgumentError,
    );
  });
});

describe("writeQuantizedFolder", () => {
  let parent: string;
  let out: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "kokeshi-quantizer-"));
    out = join(parent, "out");
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const files = { "config.json": Uint8Array.of(123, 125), "quantization/ledger.json": graph };
  const inside = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort();

  it("writes a new folder, an empty one, and one of its own again", async () => {
    await writeQuantizedFolder(out, files);
    expect(inside(parent)).toEqual(["out/config.json", "out/quantization/ledger.json"]);
    await writeQuantizedFolder(out, { ...files, "config.json": Uint8Array.of(91, 93) });
    expect(readFileSync(join(out, "config.json"), "utf8")).toBe("[]");
    mkdirSync(join(parent, "empty"));
    await writeQuantizedFolder(join(parent, "empty"), files);
    expect(inside(join(parent, "empty"))).toEqual(["config.json", "quantization/ledger.json"]);
  });

  it("touches a folder with other files only when told, and leaves those", async () => {
    mkdirSync(out);
    writeFileSync(join(out, "diary.txt"), "dear diary");
    await expect(writeQuantizedFolder(out, files)).rejects.toThrow(/is not empty/);
    expect(inside(out)).toEqual(["diary.txt"]);
    await writeQuantizedFolder(out, files, { overwrite: true });
    expect(inside(out)).toEqual(["config.json", "diary.txt", "quantization/ledger.json"]);
  });

  it("refuses a file in place of the folder", async () => {
    writeFileSync(out, "");
    await expect(writeQuantizedFolder(out, files)).rejects.toThrow(InvalidArgumentError);
  });

  it("leaves nothing behind where it is stopped, or the disk refuses", async () => {
    const controller = new AbortController();
    const stopping = {
      ...files,
      get "tokenizer.json"(): Uint8Array {
        controller.abort(new Error("enough"));
        return graph;
      },
      "vocab.txt": graph,
    };
    await expect(writeQuantizedFolder(out, stopping, controller)).rejects.toThrow("enough");
    expect(readdirSync(parent)).toEqual([]);
    // A file cannot be a folder as well.
    await expect(writeQuantizedFolder(out, { a: graph, "a/b": graph })).rejects.toThrow(KokeshiError);
    expect(readdirSync(parent)).toEqual([]);
    await writeQuantizedFolder(out, files);
    await expect(writeQuantizedFolder(out, { "config.json": graph, "config.json/b": graph })).rejects.toThrow(
      /cannot be written/,
    );
    expect(inside(parent)).toEqual(["out/config.json", "out/quantization/ledger.json"]);
    expect(readFileSync(join(out, "config.json"), "utf8")).toBe("{}");
  });
});
