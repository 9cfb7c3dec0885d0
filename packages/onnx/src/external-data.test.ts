import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { loadExternalData } from "./external-data.js";
import { GraphBuilder } from "./graph-builder.js";
import type { OnnxModel } from "./model.js";
import { ProtobufWriter } from "./protobuf-writer.js";
import { readModel } from "./read-model.js";
import { writeModel, writeModelWithExternalData } from "./write-model.js";

function addition(): OnnxModel {
  const graph = new GraphBuilder("addition");
  const x = graph.input("x", "float32", [600]);
  const large = (value: number): string =>
    graph.initializer("float32", [600], new Uint8Array(new Float32Array(600).fill(value).buffer));
  const sum = graph.node("Add", [graph.node("Add", [x, large(1)]), large(20)]);
  graph.output("y", graph.node("Mul", [sum, graph.constant("float32", [2])]), "float32", [600]);
  return graph.model();
}

it("writes weights to a second file that ONNX Runtime and the reader find", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kokeshi-onnx-"));
  try {
    const { model, data } = writeModelWithExternalData(addition(), { location: "model.onnx_data" });
    expect(model.length).toBeLessThan(1000);
    await writeFile(join(folder, "model.onnx"), model);
    await writeFile(join(folder, "model.onnx_data"), Buffer.concat(data));

    const session = await InferenceSession.create(join(folder, "model.onnx"));
    const { y } = await session.run({ x: new Tensor("float32", new Float32Array(600), [600]) });
    await session.release();
    expect(new Set((y as Tensor).data as Float32Array)).toEqual(new Set([42]));

    const read = readModel(model);
    expect(read.graph.initializers[1]?.external).toEqual({
      location: "model.onnx_data",
      offset: 4096,
      length: 2400,
    });
    // Unloaded, it is written as it was.
    expect(writeModel(read)).toEqual(model);
    const asked: string[] = [];
    await loadExternalData(read, (location) => {
      asked.push(location);
      return readFile(join(folder, location));
    });
    expect(asked).toEqual(["model.onnx_data"]);
    expect(writeModel(read)).toEqual(writeModel(addition()));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("refuses files that end early, places outside the folder, and lengths that do not fit", async () => {
  const { model } = writeModelWithExternalData(addition(), { location: "weights" });
  const short = async (): Promise<Uint8Array> => new Uint8Array(5000);
  await expect(loadExternalData(readModel(model), short)).rejects.toThrow(
    /weights has 5000 bytes, and the tensor constant_3 ends at 6496/,
  );
  const placed = (entries: Record<string, string>): Uint8Array =>
    new ProtobufWriter()
      .message(7, (graph) =>
        graph.message(5, (tensor) => {
          tensor.integer(1, 2).integer(2, 1).integer(14, 1);
          for (const [key, value] of Object.entries(entries)) {
            tensor.message(13, (entry) => entry.string(1, key).string(2, value));
          }
        }),
      )
      .message(8, (opset) => opset.integer(2, 21))
      .finish();
  for (const location of ["../secret", "/etc/passwd", "C:\\x", "a//b", "a/../../b", "", "a\0b", "./a"]) {
    expect(() => readModel(placed({ location }))).toThrow(InvalidFileError);
    expect(() => writeModelWithExternalData(addition(), { location })).toThrow(InvalidArgumentError);
  }
  expect(() => readModel(placed({ location: "a", offset: "-1" }))).toThrow(/lies at -1/);
  expect(() => readModel(placed({ location: "a", length: "99" }))).toThrow(/has 99 bytes in a instead of 8/);
  expect(readModel(placed({ location: "a/b" })).graph.initializers[0]?.external?.length).toBe(8);
});

it("refuses an .onnx file above 2 GB, and writes it with external data", () => {
  // Nine tensors share one piece of memory that is never touched.
  const data = new Uint8Array(2 ** 28);
  const model = addition();
  model.graph.initializers = Array.from({ length: 9 }, (_, index) => ({
    name: `weights_${index}`,
    type: "uint8",
    shape: [data.length],
    data,
  }));
  expect(() => writeModel(model)).toThrow(/use writeModelWithExternalData/);
  const written = writeModelWithExternalData(model, { location: "model.onnx_data" });
  expect(written.data.reduce((sum, piece) => sum + piece.length, 0)).toBe(9 * 2 ** 28);
  expect(readModel(written.model).graph.initializers.at(-1)?.external).toEqual({
    location: "model.onnx_data",
    offset: 2 ** 31,
    length: 2 ** 28,
  });
});
