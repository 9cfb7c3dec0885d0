import {
  float,
  GraphBuilder,
  GraphEditor,
  int,
  writeModel,
  type OnnxAttribute,
  type OnnxModel,
} from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { scaleOfRange } from "./activation-scale.js";
import { denseLayers } from "./dense-layers.js";
import { quantizeDense } from "./quantize-dense.js";

const rows = 4;
const inputs = 12;
const outputs = 5;
const activations = Float32Array.from({ length: rows * inputs }, (_, index) => Math.cos(index * 0.9));

function gemm(attributes: Record<string, OnnxAttribute>, shape: [number, number], bias = true): OnnxModel {
  const graph = new GraphBuilder("gemm");
  const values = (count: number): Uint8Array =>
    new Uint8Array(Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7)).buffer);
  const x = graph.input(
    "x",
    "float32",
    attributes["transA"] === undefined ? ["rows", inputs] : [inputs, rows],
  );
  const operands = [x, graph.initializer("float32", shape, values(inputs * outputs))];
  if (bias) operands.push(graph.initializer("float32", [outputs], values(outputs)));
  graph.output("y", graph.node("Gemm", operands, { attributes }), "float32", ["rows", outputs]);
  return graph.model({ "": 17 });
}

async function run(model: OnnxModel): Promise<Float32Array> {
  const session = await InferenceSession.create(writeModel(model));
  const { y } = await session.run({ x: new Tensor("float32", activations, [rows, inputs]) });
  await session.release();
  return (y as Tensor).data as Float32Array;
}

it.each([
  ["as exporters write Linear: weights transposed, a bias", { transB: int(1) }, [outputs, inputs], true],
  ["plain", {}, [inputs, outputs], true],
  ["without a bias", { transB: int(1), beta: float(0.5) }, [outputs, inputs], false],
] as const)("Gemm is a dense layer: %s", async (_, attributes, shape, bias) => {
  const expected = await run(gemm(attributes, [...shape], bias));
  for (const layout of ["static-fused", "static-qdq", "dynamic-fused"] as const) {
    const model = gemm(attributes, [...shape], bias);
    const scales = new Map([["x", scaleOfRange(-1, 1)]]);
    expect(denseLayers(new GraphEditor(model))).toMatchObject([{ operator: "Gemm", inputs, outputs }]);
    expect(quantizeDense(new GraphEditor(model), { layout, scales })).toBe(1);
    expect(model.graph.nodes.some((node) => node.operator === "Gemm")).toBe(false);
    const actual = await run(model);
    // Half a step of activations, 1/255, and of weights, 1/254, on 12 products.
    actual.forEach((value, index) => expect(Math.abs(value - (expected[index] as number))).toBeLessThan(0.1));
  }
});

it.each([
  ["its activations are transposed", { transA: int(1) }],
  ["its product is scaled", { alpha: float(0.5) }],
  ["its bias is scaled", { beta: float(2) }],
] as const)("Gemm stays where %s", (_, attributes) => {
  const model = gemm(attributes, [inputs, outputs]);
  expect(denseLayers(new GraphEditor(model))).toEqual([]);
});
