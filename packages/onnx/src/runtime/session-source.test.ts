import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, expect, it } from "vitest";
import { attachExternalData } from "../external-data.js";
import { externalFilesOf, type ExternalFiles } from "../external-files.js";
import { externalFilesIn } from "../external-files-on-disk.js";
import { GraphBuilder } from "../graph-builder.js";
import type { OnnxModel } from "../model.js";
import { readModel } from "../read-model.js";
import { writeModel, writeModelFiles } from "../write-model.js";
import { sessionSource, type SessionSource } from "./session-source.js";

const folder = mkdtempSync(join(tmpdir(), "kokeshi-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

function addition(): OnnxModel {
  const graph = new GraphBuilder("addition");
  const large = (value: number): string =>
    graph.initializer("float32", [600], new Uint8Array(new Float32Array(600).fill(value).buffer));
  const x = graph.input("x", "float32", [600]);
  graph.output("y", graph.node("Add", [graph.node("Add", [x, large(2)]), large(40)]), "float32", [600]);
  return graph.model();
}

async function sumOf({ bytes, options }: SessionSource): Promise<number> {
  const session = await InferenceSession.create(bytes, { ...options, logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor("float32", new Float32Array(600), [600]) });
  await session.release();
  return (y as Tensor).data[599] as number;
}

it("passes weights beside a model that is too long", async () => {
  expect(sessionSource(addition()).options).toEqual({});
  // Its tensors are views into the middle of a file.
  const source = sessionSource(readModel(writeModel(addition())), { longest: 4000 });
  expect(source.bytes.length).toBeLessThan(1000);
  expect(source.options.externalData?.map(({ path }) => path)).toEqual(["weights/0", "weights/1"]);
  expect(await sumOf(source)).toBe(42);
});

it("leaves weights on disk, and passes those that ONNX Runtime would not find there", async () => {
  const files = writeModelFiles(addition(), "model.onnx", { externalData: "always" });
  const weights = files["model.onnx_data"] as Uint8Array;
  const attached = (held: ExternalFiles): OnnxModel => {
    const model = readModel(files["model.onnx"] as Uint8Array);
    attachExternalData(model, held);
    return model;
  };
  writeFileSync(join(folder, "model.onnx_data"), weights);
  const onDisk = sessionSource(attached(externalFilesIn(folder)));
  expect(Object.keys(onDisk.options)).toEqual(["extra"]);
  expect(await sumOf(onDisk)).toBe(42);

  const inMemory = sessionSource(attached(externalFilesOf(new Map([["model.onnx_data", weights]]))));
  // A view of it.
  expect(inMemory.options.externalData?.[0]?.data.buffer).toBe(weights.buffer);
  expect(await sumOf(inMemory)).toBe(42);

  mkdirSync(join(folder, "blobs"));
  mkdirSync(join(folder, "snapshots/main"), { recursive: true });
  renameSync(join(folder, "model.onnx_data"), join(folder, "blobs/0"));
  symlinkSync("../../blobs/0", join(folder, "snapshots/main/model.onnx_data"));
  const linked = sessionSource(attached(externalFilesIn(join(folder, "snapshots/main"))));
  expect(Object.keys(linked.options)).toEqual(["externalData"]);
  expect(await sumOf(linked)).toBe(42);
});
