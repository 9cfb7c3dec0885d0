import { GraphBuilder, GraphEditor, int, writeModel, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { dequantizeBlocks, quantizeBlocks } from "./block-weights.js";
import { quantizeWeights } from "./quantize-weights.js";

const inputs = 72;
const outputs = 5;
const rows = 3;
const weights = Float32Array.from(
  { length: inputs * outputs },
  (_, index) => Math.sin(index * 1.7) * (1 + index / 90),
);
const bias = Float32Array.from({ length: outputs }, (_, index) => index - 2);
const activations = Float32Array.from({ length: rows * inputs }, (_, index) => Math.cos(index * 0.9));

describe("weights in blocks", () => {
  it("of eight bits are within half a step", () => {
    const quantized = quantizeBlocks(weights, outputs, 8);
    expect([quantized.codes.length, quantized.scales.length]).toEqual([outputs * 3 * 32, outputs * 3]);
    dequantizeBlocks(quantized, outputs, inputs).forEach((weight, index) => {
      const block = (index % outputs) * 3 + Math.floor(Math.floor(index / outputs) / 32);
      const step = quantized.scales[block] as number;
      expect(Math.abs(weight - (weights[index] as number))).toBeLessThanOrEqual(step * 0.501);
    });
  });

  it("of four bits hold the largest of a block exactly, or gain by not doing so", () => {
    const quantized = quantizeBlocks(weights, outputs, 4);
    expect(quantized.codes.length).toBe(outputs * 3 * 16);
    const stored = dequantizeBlocks(quantized, outputs, inputs);
    const error = stored.reduce((sum, weight, index) => sum + (weight - (weights[index] as number)) ** 2, 0);
    // By plain rounding with the largest at -8.
    let plain = 0;
    for (let output = 0; output < outputs; output++) {
      for (let start = 0; start < inputs; start += 32) {
        const block = Array.from(
          { length: Math.min(32, inputs - start) },
          (_, row) => weights[(start + row) * outputs + output] as number,
        );
        const extreme = block.reduce(
          (most, weight) => (Math.abs(weight) > Math.abs(most) ? weight : most),
          0,
        );
        const scale = extreme / -8;
        for (const weight of block) {
          plain += (weight - Math.max(-8, Math.min(7, Math.round(weight / scale))) * scale) ** 2;
        }
      }
    }
    expect(error).toBeLessThanOrEqual(plain * 1.0001);
    expect(error).toBeGreaterThan(plain / 4);
  });

  it("of zeros are zeros", () => {
    for (const bits of [4, 8] as const) {
      const zeros = new Float32Array(64);
      expect(dequantizeBlocks(quantizeBlocks(zeros, 2, bits), 2, 32)).toEqual(zeros);
    }
  });
});

function dense(): OnnxModel {
  const graph = new GraphBuilder("dense");
  const x = graph.input("x", "float32", ["rows", inputs]);
  const weight = graph.initializer("float32", [inputs, outputs], new Uint8Array(weights.buffer));
  const shift = graph.initializer("float32", [outputs], new Uint8Array(bias.buffer));
  graph.output("y", graph.node("Add", [graph.node("MatMul", [x, weight]), shift]), "float32", [
    "rows",
    outputs,
  ]);
  return graph.model({ "": 17 });
}

async function run(model: OnnxModel): Promise<Float32Array> {
  const session = await InferenceSession.create(writeModel(model));
  const { y } = await session.run({ x: new Tensor("float32", activations, [rows, inputs]) });
  await session.release();
  return (y as Tensor).data as Float32Array;
}

describe.each([4, 8] as const)("MatMulNBits with %i bits", (bits) => {
  it("computes what the stored weights give", async () => {
    const model = dense();
    expect(quantizeWeights(new GraphEditor(model), { bits })).toBe(1);
    const bytesOfRows = await run(model);
    const [node] = model.graph.nodes.filter(({ operator }) => operator === "MatMulNBits");
    // Without rounding activations, to tell the packing from the arithmetic.
    if (node !== undefined) node.attributes = { ...node.attributes, accuracy_level: int(1) };
    const exact = await run(model);
    const stored = dequantizeBlocks(quantizeBlocks(weights, outputs, bits), outputs, inputs);
    exact.forEach((y, index) => {
      const row = Math.floor(index / outputs);
      const column = index % outputs;
      let expected = bias[column] as number;
      let magnitude = 0;
      for (let input = 0; input < inputs; input++) {
        const product =
          (activations[row * inputs + input] as number) * (stored[input * outputs + column] as number);
        expected += product;
        magnitude += Math.abs(product);
      }
      expect(Math.abs(y - expected)).toBeLessThan(1e-5 * magnitude);
      expect(Math.abs((bytesOfRows[index] as number) - expected)).toBeLessThan(magnitude / 127);
    });
  });

  it("leaves layers in float32 that it is told to", () => {
    const model = dense();
    const [name] = model.graph.nodes.map((node) => node.outputs[0] as string) as [string];
    expect(quantizeWeights(new GraphEditor(model), { bits, keepFloat: new Set([name]) })).toBe(0);
  });
});
