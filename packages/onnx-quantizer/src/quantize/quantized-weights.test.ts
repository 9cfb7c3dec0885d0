import { GraphBuilder, GraphEditor, writeModel, type OnnxTensor } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { scaleOfRange } from "./activation-scale.js";
import { quantizeDense } from "./quantize-dense.js";
import { quantizeColumns, quantizeRows } from "./quantized-weights.js";

const matrix = (rows: number, columns: number, values: number[]): OnnxTensor => ({
  name: "weights",
  type: "float32",
  shape: [rows, columns],
  data: new Uint8Array(Float32Array.from(values).buffer),
});

describe("weights as signed bytes", () => {
  it("by columns", () => {
    const { codes, scales } = quantizeColumns(Float32Array.of(1.27, -4, 0, -0.5, 2, 0), 3);
    expect(Array.from(codes)).toEqual([127, -127, 0, -50, 64, 0]);
    expect(Array.from(scales)).toEqual([Math.fround(0.01), Math.fround(4 / 127), 1]);
  });

  it("with one scale for all", () => {
    const { codes, scales } = quantizeColumns(Float32Array.of(1.27, -4, 0, -0.5, 2, 0), 3, 127, "per-tensor");
    expect(Array.from(scales)).toEqual([Math.fround(4 / 127)]);
    expect(Array.from(codes)).toEqual([40, -127, 0, -16, 64, 0]);
    expect(quantizeColumns(new Float32Array(6), 3, 63, "per-tensor").scales).toEqual(Float32Array.of(1));
  });

  it("by rows", () => {
    const { codes, scales } = quantizeRows(matrix(2, 3, [1.27, -0.5, 0, 0, 0, 0]));
    expect(Array.from(codes)).toEqual([127, -50, 0, 0, 0, 0]);
    expect(Array.from(scales)).toEqual([Math.fround(0.01), 1]);
  });
});

it("scales hold 0 exactly", () => {
  expect(scaleOfRange(-1, 1.55)).toEqual({ scale: Math.fround(0.01), zeroPoint: 100, type: "uint8" });
  expect(scaleOfRange(2, 2.55)).toEqual({ scale: Math.fround(0.01), zeroPoint: 0, type: "uint8" });
  expect(scaleOfRange(-2.55, -1)).toEqual({ scale: Math.fround(0.01), zeroPoint: 255, type: "uint8" });
  expect(scaleOfRange(0, 0)).toEqual({ scale: 1, zeroPoint: 0, type: "uint8" });
});

it("signed codes are the unsigned ones less 128, symmetric or not", () => {
  expect(scaleOfRange(-1, 1.55, { activationType: "int8" })).toEqual({
    scale: Math.fround(0.01),
    zeroPoint: -28,
    type: "int8",
  });
  for (const [low, high] of [
    [-1, 1.27],
    [-1.27, 0.3],
  ] as const) {
    const scale = Math.fround(0.01);
    const symmetricActivations = true;
    expect(scaleOfRange(low, high, { activationType: "int8", symmetricActivations })).toEqual({
      ...{ scale, zeroPoint: 0, type: "int8" },
    });
    expect(scaleOfRange(low, high, { symmetricActivations })).toEqual({
      ...{ scale, zeroPoint: 128, type: "uint8" },
    });
  }
});

for (const layout of ["static-fused", "static-qdq"] as const) {
  it(`${layout} computes what plain arithmetic on the codes gives`, async () => {
    const rows = 5;
    const inputs = 24;
    const outputs = 7;
    const weights = Float32Array.from({ length: inputs * outputs }, (_, index) => Math.sin(index * 1.7));
    const bias = Float32Array.from({ length: outputs }, (_, index) => index - 3);
    const activations = Float32Array.from({ length: rows * inputs }, (_, index) => 3 * Math.cos(index * 0.9));
    const graph = new GraphBuilder("dense");
    const x = graph.input("x", "float32", ["rows", inputs]);
    const weight = graph.initializer("float32", [inputs, outputs], new Uint8Array(weights.buffer));
    const biasName = graph.initializer("float32", [outputs], new Uint8Array(bias.buffer));
    graph.output("y", graph.node("Add", [graph.node("MatMul", [x, weight]), biasName]), "float32", [
      "rows",
      outputs,
    ]);
    const model = graph.model({ "": 17 });
    // Narrower than the activations, so that some are cut off.
    const activationScale = scaleOfRange(-2.5, 2);
    const { scale, zeroPoint } = activationScale;
    quantizeDense(new GraphEditor(model), { layout, scales: new Map([[x, activationScale]]) });
    const session = await InferenceSession.create(writeModel(model));
    const { y } = await session.run({ x: new Tensor("float32", activations, [rows, inputs]) });
    await session.release();

    const { codes, scales } = quantizeColumns(weights, outputs);
    const expected = Array.from({ length: rows * outputs }, (_, index) => {
      const row = Math.floor(index / outputs);
      const column = index % outputs;
      let sum = 0;
      for (let input = 0; input < inputs; input++) {
        const activation = activations[row * inputs + input] as number;
        const code = Math.max(0, Math.min(255, Math.round(activation / scale) + zeroPoint));
        sum += (code - zeroPoint) * (codes[input * outputs + column] as number);
      }
      return sum * scale * (scales[column] as number) + (bias[column] as number);
    });
    expected.forEach((value, index) => expect(y?.data[index]).toBeCloseTo(value, 4));
  });
}

it("standard operators of opset 12 have no scales per output, but one for all", async () => {
  const identity = Float32Array.from({ length: 16 }, (_, index) => (index % 5 === 0 ? 1 : 0));
  const graph = new GraphBuilder("old");
  const x = graph.input("x", "float32", ["rows", 4]);
  const weight = graph.initializer("float32", [4, 4], new Uint8Array(identity.buffer));
  graph.output("y", graph.node("MatMul", [x, weight]), "float32", ["rows", 4]);
  const model = graph.model({ "": 12 });
  const options = { layout: "static-qdq", scales: new Map([[x, scaleOfRange(-1, 1.55)]]) } as const;
  expect(() => quantizeDense(new GraphEditor(model), options)).toThrow(/opset 13/);
  expect(quantizeDense(new GraphEditor(model), { ...options, weightScales: "per-tensor" })).toBe(1);
  const session = await InferenceSession.create(writeModel(model));
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(-3, 0.1, 1.2, 9), [1, 4]) });
  await session.release();
  [-1, 0.1, 1.2, 1.55].forEach((value, index) => expect(y?.data[index]).toBeCloseTo(value, 5));
});
