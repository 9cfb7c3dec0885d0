import { InvalidArgumentError, InvalidFileError, KokeshiError, NotFoundError } from "@kokeshi/core";
import { mkdtempSync, rmSync } from "node:fs";
import { link, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { copyModel } from "./copy-model.js";
import { everyTensor } from "./every-graph.js";
import { attachExternalData, loadExternalData } from "./external-data.js";
import { externalFilesOf } from "./external-files.js";
import { externalFilesIn } from "./external-files-on-disk.js";
import { GraphBuilder } from "./graph-builder.js";
import type { OnnxModel } from "./model.js";
import { ProtobufWriter } from "./protobuf-writer.js";
import { readModel } from "./read-model.js";
import { float32Elements } from "./tensor-elements.js";
import { writeModel, writeModelFiles, writeModelWithExternalData } from "./write-model.js";

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
  expect(() => writeModel(model)).toThrow(/writeModelFiles/);
  const written = writeModelWithExternalData(model, { location: "model.onnx_data" });
  expect(written.data.reduce((sum, piece) => sum + piece.length, 0)).toBe(9 * 2 ** 28);
  expect(readModel(written.model).graph.initializers.at(-1)?.external).toEqual({
    location: "model.onnx_data",
    offset: 2 ** 31,
    length: 2 ** 28,
  });
});

const folder = mkdtempSync(join(tmpdir(), "kokeshi-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function writeFiles(place: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, place, path)), { recursive: true });
    await writeFile(join(folder, place, path), bytes);
  }
}

async function addedTo(zeros: string | Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(zeros as string);
  const { y } = await session.run({ x: new Tensor("float32", new Float32Array(600), [600]) });
  await session.release();
  return [...new Set((y as Tensor).data as Float32Array)];
}

describe("writeModelFiles", () => {
  it("writes one file where it can, and as many as it takes where files may not be long", async () => {
    expect(Object.keys(writeModelFiles(addition(), "onnx/model.onnx"))).toEqual(["onnx/model.onnx"]);
    const always = writeModelFiles(addition(), "onnx/model.onnx", { externalData: "always" });
    expect(Object.keys(always)).toEqual(["onnx/model.onnx", "onnx/model.onnx_data"]);
    const short = writeModelFiles(addition(), "onnx/model.onnx", { longest: 4000 });
    expect(Object.keys(short)).toEqual(["onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"]);
    for (const [place, files] of Object.entries({ always, short })) {
      await writeFiles(place, files);
      expect(await addedTo(join(folder, place, "onnx/model.onnx"))).toEqual([42]);
    }
    // Shorter than any of the two: a file for each.
    expect(Object.keys(writeModelFiles(addition(), "model.onnx", { longest: 1000 })).length).toBe(3);
    expect(() => writeModelFiles(addition(), "model.onnx", { longest: 100 })).toThrow(InvalidArgumentError);
    expect(() => writeModelFiles(addition(), "onnx/..")).toThrow(InvalidArgumentError);
  });

  it("keeps every file within its length, and every tensor", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 12_000, max: 40_000 }),
        (lengths, longest) => {
          const model = addition();
          model.graph.initializers = lengths.map((length, index) => ({
            name: `weights_${index}`,
            type: "float32",
            shape: [length],
            data: new Uint8Array(new Float32Array(length).fill(index).buffer),
          }));
          const files = writeModelFiles(model, "m/a.onnx", { longest });
          for (const bytes of Object.values(files)) expect(bytes.length).toBeLessThanOrEqual(longest);
          const read = readModel(files["m/a.onnx"] as Uint8Array);
          const contents = Object.entries(files).map(([path, bytes]) => [path.slice(2), bytes] as const);
          attachExternalData(read, externalFilesOf(new Map(contents)));
          expect(Buffer.compare(writeModel(read), writeModel(model))).toBe(0);
        },
      ),
      { numRuns: 100, seed: 8 },
    );
  });
});

describe("attachExternalData", () => {
  it("reads a tensor when it is asked for, and only that", async () => {
    await writeFiles("lazy", writeModelFiles(addition(), "model.onnx", { externalData: "always" }));
    const model = readModel(await readFile(join(folder, "lazy/model.onnx")));
    const onDisk = externalFilesIn(join(folder, "lazy"));
    const pieces: number[] = [];
    attachExternalData(model, {
      ...onDisk,
      read(location, offset, length) {
        pieces.push(offset);
        return onDisk.read(location, offset, length);
      },
    });
    expect(pieces).toEqual([]);
    const second = model.graph.initializers[1] as OnnxModel["graph"]["initializers"][number];
    expect(new Set(float32Elements(second))).toEqual(new Set([20]));
    expect(pieces).toEqual([4096]);
    // Written, it holds everything again.
    expect(await addedTo(writeModel(copyModel(model)))).toEqual([42]);
    expect(pieces.length).toBe(3);
  });

  it("says what is wrong with the files", async () => {
    const files = writeModelFiles(addition(), "model.onnx", { externalData: "always" });
    await writeFiles("wrong", files);
    const attach = (): void =>
      attachExternalData(
        readModel(files["model.onnx"] as Uint8Array),
        externalFilesIn(join(folder, "wrong")),
      );
    expect(attach).not.toThrow();
    const data = join(folder, "wrong/model.onnx_data");
    const model = readModel(files["model.onnx"] as Uint8Array);
    attachExternalData(model, externalFilesIn(join(folder, "wrong")));
    await truncate(data, 6000);
    expect(attach).toThrow(/model.onnx_data has 6000 bytes, and the tensor constant_\d ends at 6496/);
    // Cut off after it was found whole.
    expect(() => Array.from(everyTensor(model), float32Elements)).toThrow(/ended at 6000 of 6496 bytes/);
    await rm(data);
    expect(attach).toThrow(NotFoundError);
    await mkdir(data);
    expect(attach).toThrow(/is not a regular file/);
    await rm(data, { recursive: true });
    await writeFile(join(folder, "secret"), new Uint8Array(10_000));
    await symlink(join(folder, "secret"), data);
    expect(attach).toThrow(/is a link to a file outside the model's folder/);
    await rm(data);
    await writeFile(join(folder, "wrong/blob"), new Uint8Array(10_000));
    await symlink("blob", data);
    expect(attach).not.toThrow();
    await rm(data);
    await link(join(folder, "wrong/blob"), data);
    expect(attach).not.toThrow();
    // Nor does a location given in a program lead out.
    expect(() => externalFilesIn(join(folder, "wrong")).size("../secret")).toThrow(InvalidFileError);
  });

  it("follows the snapshots of a Hugging Face cache to their blobs", async () => {
    const files = writeModelFiles(addition(), "model.onnx", { externalData: "always" });
    await writeFiles("cache/blobs", { "0123": files["model.onnx_data"] as Uint8Array });
    await mkdir(join(folder, "cache/snapshots/main/onnx"), { recursive: true });
    await symlink("../../../blobs/0123", join(folder, "cache/snapshots/main/onnx/model.onnx_data"));
    const model = readModel(files["model.onnx"] as Uint8Array);
    attachExternalData(model, externalFilesIn(join(folder, "cache/snapshots/main/onnx")));
    expect(await addedTo(writeModel(model))).toEqual([42]);
  });

  it("takes tied tensors, and refuses others that overlap", () => {
    const tensor = (name: string, offset: number, length: number) => ({
      ...{ name, type: "uint8" as const, shape: [length], data: new Uint8Array(0) },
      external: { location: "weights", offset, length },
    });
    const attach = (...tensors: ReturnType<typeof tensor>[]): void => {
      const model = addition();
      model.graph.initializers = tensors;
      attachExternalData(model, externalFilesOf(new Map([["weights", new Uint8Array(100)]])));
    };
    expect(() => attach(tensor("a", 0, 50), tensor("b", 50, 50), tensor("tied", 0, 50))).not.toThrow();
    expect(() => attach(tensor("a", 0, 51), tensor("b", 50, 50))).toThrow(
      /tensors a and b overlap in weights/,
    );
    expect(() => attach(tensor("a", 10, 50), tensor("b", 0, 100))).toThrow(/tensors b and a overlap/);
    expect(() => attach(tensor("a", 10, 50), tensor("none", 20, 0))).not.toThrow();
    expect(() => attach(tensor("a", Number.MAX_SAFE_INTEGER, 1))).toThrow(/weights has 100 bytes/);
  });

  it("meets a thousand hostile places and files with typed errors, or the tensors they hold", () => {
    const text = fc.oneof(
      fc.constantFrom(
        "weights",
        "a/b",
        "",
        "../x",
        "/etc/passwd",
        "0",
        "1",
        "4096",
        "-1",
        "1e3",
        "0x10",
        "9".repeat(30),
      ),
      fc.string(),
      fc.nat().map(String),
    );
    const entry = fc.tuple(fc.oneof(fc.constantFrom("location", "offset", "length"), fc.string()), text);
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            sizes: fc.array(fc.nat({ max: 40 }), { maxLength: 2 }),
            entries: fc.array(entry, { maxLength: 4 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        fc.nat({ max: 3000 }),
        (tensors, size) => {
          const bytes = new ProtobufWriter()
            .message(7, (graph) => {
              for (const { sizes, entries } of tensors) {
                graph.message(5, (tensor) => {
                  for (const count of sizes) tensor.integer(1, count);
                  tensor.integer(2, 1).integer(14, 1);
                  for (const [key, value] of [["location", "weights"], ...entries] as const) {
                    tensor.message(13, (part) => part.string(1, key).string(2, value));
                  }
                });
              }
            })
            .message(8, (opset) => opset.integer(2, 21))
            .finish();
          try {
            const model = readModel(bytes);
            attachExternalData(model, externalFilesOf(new Map([["weights", new Uint8Array(size)]])));
            for (const held of model.graph.initializers) {
              expect(float32Elements(held).length).toBe(held.shape.reduce((a, b) => a * b, 1));
            }
            accepted++;
          } catch (error) {
            if (!(error instanceof KokeshiError)) throw error;
          }
        },
      ),
      { numRuns: 1000, seed: 20 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
