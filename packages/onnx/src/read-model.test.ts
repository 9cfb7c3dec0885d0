import { InvalidFileError } from "@kokeshi/core";
import fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { float, floats, int, ints, string } from "./attributes.js";
import { GraphBuilder } from "./graph-builder.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.js";
import { ProtobufWriter } from "./protobuf-writer.js";
import { readModel } from "./read-model.js";
import { tensorBytes, type TensorType } from "./tensor-type.js";
import { tensorElements } from "./tensor-elements.js";
import { writeModel } from "./write-model.js";

const name = fc.string({ unit: "grapheme", maxLength: 8 });
const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }));
const float32 = fc.float({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));

const tensor: fc.Arbitrary<OnnxTensor> = fc
  .tuple(
    name,
    fc.constantFrom<TensorType>("float32", "int8", "float16", "int64", "uint4", "bool", "bfloat16"),
    fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    fc.nat(),
  )
  .map(([tensorName, type, shape, seed]) => ({
    name: tensorName,
    type,
    shape,
    data: Uint8Array.from({ length: tensorBytes(type, shape) }, (_, index) => (seed + index * 37) % 256),
  }));

const value: fc.Arbitrary<OnnxValue> = fc.record(
  {
    name,
    type: fc.constantFrom<TensorType>("float32", "string", "int64"),
    shape: fc.array(fc.oneof(fc.nat(), fc.string({ minLength: 1, maxLength: 4 }), fc.constant(null)), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ["name", "type"] },
);

const { graph } = fc.letrec<{ attribute: OnnxAttribute; node: OnnxNode; graph: OnnxGraph }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    float32.map(float),
    integer.map((whole): OnnxAttribute => ({ type: "int", value: whole })),
    name.map(string),
    fc.array(float32, { maxLength: 3 }).map((values) => floats(...values)),
    fc.array(integer, { maxLength: 3 }).map((values): OnnxAttribute => ({ type: "ints", value: values })),
    fc.array(name, { maxLength: 3 }).map((values): OnnxAttribute => ({ type: "strings", value: values })),
    tensor.map((content): OnnxAttribute => ({ type: "tensor", value: content })),
    fc.array(tensor, { maxLength: 2 }).map((content): OnnxAttribute => ({ type: "tensors", value: content })),
    tie("graph").map((content): OnnxAttribute => ({ type: "graph", value: content })),
    fc
      .array(tie("graph"), { maxLength: 2 })
      .map((content): OnnxAttribute => ({ type: "graphs", value: content })),
  ),
  node: fc.record(
    {
      operator: fc.string({ minLength: 1, maxLength: 5 }),
      domain: fc.constantFrom("", "com.microsoft"),
      name,
      inputs: fc.array(name, { maxLength: 3 }),
      outputs: fc.array(name, { maxLength: 2 }),
      attributes: fc.dictionary(fc.string({ maxLength: 5 }), tie("attribute"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    },
    { requiredKeys: ["operator", "domain", "inputs", "outputs", "attributes"] },
  ),
  graph: fc.record({
    name,
    nodes: fc.array(tie("node"), { maxLength: 3 }),
    initializers: fc.array(tensor, { maxLength: 2 }),
    inputs: fc.array(value, { maxLength: 2 }),
    outputs: fc.array(value, { maxLength: 2 }),
  }),
}));

const model: fc.Arbitrary<OnnxModel> = fc.record(
  {
    graph,
    opsets: fc.constant({ "": 21, "com.microsoft": 1 }),
    irVersion: fc.nat(),
    producerName: name,
    producerVersion: name,
    metadata: fc.dictionary(name, name, { minKeys: 1, noNullPrototype: true }),
    functions: fc.constant([
      {
        name: "Twice",
        domain: "own",
        inputs: ["x"],
        outputs: ["y"],
        attributeNames: ["alpha"],
        nodes: [
          { operator: "Add", domain: "", inputs: ["x", "x"], outputs: ["y"], attributes: { axis: int(1) } },
        ],
        opsets: { "": 21 },
      },
    ]),
  },
  { requiredKeys: ["graph", "opsets", "irVersion", "producerName"] },
);

/** A small model of the operators and types that encoders have. */
function example(): OnnxModel {
  const builder = new GraphBuilder("example");
  const x = builder.input("x", "float32", ["rows", 2]);
  const weights = builder.initializer(
    "int8",
    [2, 3],
    new Uint8Array(Int8Array.from([1, 2, 3, -4, 5, -6]).buffer),
  );
  const wide = builder.node("Cast", [weights], { attributes: { to: int(1) } });
  const product = builder.node("MatMul", [x, wide]);
  const shape = builder.constant("int64", [-1, 3]);
  builder.output("y", builder.node("Reshape", [product, shape]), "float32", ["rows", 3]);
  return builder.model();
}

async function runExample(bytes: Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2), [1, 2]) });
  await session.release();
  return Array.from((y as Tensor).data as Float32Array);
}

describe("readModel", () => {
  it("gives back what was written, subgraphs, functions and all", () => {
    fc.assert(
      fc.property(model, (written) => {
        expect(readModel(writeModel(written))).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps fields that it does not know", () => {
    const bytes = writeModel({ ...example(), producerVersion: "1" });
    // A doc string (6) and a field of some later version (900).
    const extended = new ProtobufWriter().verbatim(bytes).string(6, "documented").integer(900, -5).finish();
    const read = readModel(extended);
    expect(read.otherFields).toEqual(new ProtobufWriter().string(6, "documented").integer(900, -5).finish());
    expect(writeModel(read)).toEqual(extended);
  });

  it("reads what ONNX Runtime writes, and ONNX Runtime what it writes", async () => {
    expect(await runExample(writeModel(readModel(writeModel(example()))))).toEqual([-7, 12, -9]);
  });

  it("views the tensors of the file without copying them", () => {
    const bytes = writeModel(example());
    const [weights, shape] = readModel(bytes).graph.initializers as [OnnxTensor, OnnxTensor];
    expect(weights.data.buffer).toBe(bytes.buffer);
    expect(Array.from(tensorElements(weights) as Int8Array)).toEqual([1, 2, 3, -4, 5, -6]);
    expect(tensorElements(shape)).toEqual(BigInt64Array.of(-1n, 3n));
  });

  it("reads elements from the fields of their types, packed or not", () => {
    const read = (type: number, sizes: number[], write: (tensor: ProtobufWriter) => void): OnnxTensor => {
      const bytes = new ProtobufWriter()
        .message(7, (part) =>
          part.message(5, (tensorPart) => {
            for (const size of sizes) tensorPart.integer(1, size);
            write(tensorPart.integer(2, type));
          }),
        )
        .message(8, (part) => part.integer(2, 21))
        .finish();
      return readModel(bytes).graph.initializers[0] as OnnxTensor;
    };
    const unpacked = read(1, [2], (part) => part.float32(4, 1.5).float32(4, -2));
    expect(tensorElements(unpacked)).toEqual(Float32Array.of(1.5, -2));
    const packed = read(1, [2], (part) => part.raw(4, new Uint8Array(Float32Array.of(1.5, -2).buffer)));
    expect(tensorElements(packed)).toEqual(Float32Array.of(1.5, -2));
    const halves = read(10, [2], (part) => part.integer(5, 0x3c00).integer(5, 0xc000));
    expect(tensorElements(halves)).toEqual(Uint16Array.of(0x3c00, 0xc000));
    const small = read(3, [3], (part) => part.integer(5, -128).integer(5, 127).integer(5, -1));
    expect(tensorElements(small)).toEqual(Int8Array.of(-128, 127, -1));
    const long = read(7, [2], (part) => part.integer(7, -(2n ** 63n)).integer(7, 7));
    expect(tensorElements(long)).toEqual(BigInt64Array.of(-(2n ** 63n), 7n));
    const unsigned = read(13, [1], (part) => part.integer(11, 2n ** 64n - 1n));
    expect(tensorElements(unsigned)).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    expect(() => read(1, [3], (part) => part.float32(4, 1))).toThrow(/has 1 elements where .* 3/);
    expect(() => read(7, [1], (part) => part.float32(4, 1))).toThrow(/in a field for others/);
  });

  it("refuses hostile claims before it allocates anything", () => {
    const inGraph = (write: (part: ProtobufWriter) => void): Uint8Array =>
      new ProtobufWriter()
        .message(7, write)
        .message(8, (part) => part.integer(2, 21))
        .finish();
    const refused = (bytes: Uint8Array, message: RegExp): void => {
      expect(() => readModel(bytes)).toThrow(InvalidFileError);
      expect(() => readModel(bytes)).toThrow(message);
    };
    refused(new Uint8Array(0), /no graph/);
    refused(Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f), /claims 4294967295 bytes where 0 are left/);
    refused(
      inGraph((part) =>
        part.message(5, (tensorPart) =>
          tensorPart
            .integer(1, 2 ** 40)
            .integer(2, 1)
            .raw(9, new Uint8Array(4)),
        ),
      ),
      /has 4 bytes instead of 4398046511104/,
    );
    refused(
      inGraph((part) =>
        part.message(5, (tensorPart) =>
          tensorPart
            .integer(1, 2 ** 40)
            .integer(1, 2 ** 40)
            .integer(2, 1),
        ),
      ),
      /claims the shape/,
    );
    refused(
      inGraph((part) => part.message(5, (tensorPart) => tensorPart.integer(1, -1).integer(2, 1))),
      /size -1/,
    );
    refused(
      inGraph((part) => part.message(5, (tensorPart) => tensorPart.integer(2, 99))),
      /unknown type 99/,
    );
    refused(
      inGraph((part) => part.message(1, (node) => node.string(1, "x"))),
      /node 0.*has no operator/,
    );

    let body: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 1000; depth++) {
      const inner = body;
      body = new ProtobufWriter()
        .message(1, (node) =>
          node.string(4, "Loop").message(5, (part) => part.string(1, "body").raw(6, inner).integer(20, 5)),
        )
        .finish();
    }
    refused(
      inGraph((part) => part.verbatim(body)),
      /nested more than 100 deep/,
    );
  });

  it("meets two thousand mutated files with typed errors or a model", () => {
    const original = writeModel({ ...example(), metadata: { kind: "test" } });
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.nat({ max: original.length }),
        fc.constantFrom("change", "cut", "repeat"),
        (changes, place, kind) => {
          let bytes: Uint8Array = original.slice();
          for (const [position, byte] of changes) bytes[position] = byte;
          if (kind === "cut") bytes = bytes.subarray(0, place);
          if (kind === "repeat") bytes = Uint8Array.of(...bytes, ...bytes.subarray(place));
          try {
            // What is accepted can be written and read again.
            const read = readModel(bytes);
            const again = writeModel(read);
            expect(Buffer.compare(writeModel(readModel(again)), again)).toBe(0);
            accepted++;
          } catch (error) {
            if (!(error instanceof InvalidFileError)) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

it("keeps types that are no plain tensors, and attributes of kinds it does not model", () => {
  const sequence = new ProtobufWriter().message(4, (part) => part.message(1, () => undefined)).finish();
  const reference = new ProtobufWriter().string(1, "axis").string(21, "outer").integer(20, 2).finish();
  const written: OnnxModel = {
    irVersion: 8,
    producerName: "test",
    opsets: { "": 17 },
    graph: {
      name: "g",
      nodes: [
        {
          operator: "Concat",
          domain: "",
          inputs: [],
          outputs: [],
          attributes: { axis: { type: "opaque", value: reference }, kept: ints(1) },
        },
      ],
      initializers: [],
      inputs: [{ name: "x", otherType: sequence }],
      outputs: [{ name: "y", type: "float32" }],
      valueInfo: [{ name: "z", type: "float32", shape: [null, "batch", 3] }],
    },
  };
  expect(readModel(writeModel(written))).toEqual(written);
});
