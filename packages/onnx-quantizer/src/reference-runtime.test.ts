import { float, GraphBuilder, readModel, writeModel, type OnnxModel, type ValueName } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { collectStatistics } from "./calibration/collect-statistics.js";
import { runReference } from "./fixtures/reference-runtime.js";
import { quantizeEncoder, type QuantizeEncoderOptions } from "./quantize-encoder.js";

const vocabulary = 300;
const width = 16;
const wide = 40;
const calibration = Array.from({ length: 120 }, (_, index) => (index * 7) % vocabulary);
const ids = Array.from({ length: 30 }, (_, index) => (index * 13 + 5) % vocabulary);

/** A table, and a pre-norm block of two dense layers with GELU between them; one channel of the norm stands out. */
function feedForward(): OnnxModel {
  const graph = new GraphBuilder("feed_forward");
  let seed = 0;
  const constant = (shape: number[], of: (noise: number, index: number) => number): ValueName => {
    const count = shape.reduce((product, size) => product * size, 1);
    const shift = ++seed;
    const elements = Float32Array.from({ length: count }, (_, index) =>
      of(Math.sin((index + 1) * 12.9898 * shift) * 1.4, index),
    );
    return graph.initializer("float32", shape, new Uint8Array(elements.buffer));
  };
  const dense = (input: ValueName, inputs: number, outputs: number): ValueName =>
    graph.node("Add", [
      graph.node("MatMul", [input, constant([inputs, outputs], (noise) => noise / Math.sqrt(inputs))]),
      constant([outputs], (noise) => noise / 4),
    ]);
  const number = (value: number): ValueName => graph.constant("float32", [value], []);
  const tokens = graph.node("Gather", [
    constant([vocabulary, width], (noise) => noise),
    graph.input("input_ids", "int64", ["tokens"]),
  ]);
  const norm = graph.node(
    "LayerNormalization",
    [
      tokens,
      constant([width], (_, index) => (index === 5 ? 12 : 1)),
      constant([width], (noise) => noise / 4),
    ],
    { attributes: { epsilon: float(1e-5) } },
  );
  const inner = dense(norm, width, wide);
  const bend = graph.node("Add", [
    graph.node("Erf", [graph.node("Div", [inner, number(Math.SQRT2)])]),
    number(1),
  ]);
  const activated = graph.node("Mul", [graph.node("Mul", [inner, bend]), number(0.5)]);
  graph.output("y", graph.node("Add", [tokens, dense(activated, wide, width)]), "float32", ["tokens", width]);
  return graph.model({ "": 17 });
}

async function run(model: OnnxModel): Promise<Float32Array> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  const { y } = await session.run({
    input_ids: new Tensor("int64", BigInt64Array.from(ids, BigInt), [ids.length]),
  });
  await session.release();
  return (y as Tensor).data as Float32Array;
}

/** Every choice of scales for weights and of codes for activations; biases corrected for codes that are cut off. */
const quantizationChoices = (["per-channel", "per-tensor"] as const).flatMap((weightScales) =>
  (["uint8", "int8"] as const).flatMap((activationType) =>
    [false, true].flatMap((symmetricActivations) => [
      { weightScales, activationType, symmetricActivations },
      {
        ...{ weightScales, activationType, symmetricActivations },
        ...({ rangeMethod: "percentile", percentile: 99, biasCorrection: true } as const),
      },
    ]),
  ),
);

describe("ONNX Runtime computes what plain loops over the written graph do", async () => {
  const model = feedForward();
  const exact = runReference(model, ids).elements;
  const statistics = await collectStatistics(model, [
    { input_ids: { shape: [calibration.length], data: BigInt64Array.from(calibration, BigInt) } },
  ]);

  it("in float32", async () => {
    (await run(model)).forEach((y, index) =>
      expect(Math.abs(y - (exact[index] as number))).toBeLessThan(1e-5),
    );
  });

  for (const operators of ["fast", "portable"] as const) {
    for (const options of [
      {},
      { rangeMethod: "percentile", percentile: 99 },
      { rangeMethod: "entropy", reduceRange: true },
      { rangeMethod: "mse", biasCorrection: true },
      { smoothQuant: {}, biasCorrection: true },
      { rangeMethod: "moving-average", smoothQuant: { alpha: 0.7 }, reduceRange: true },
      ...quantizationChoices,
    ] satisfies Omit<QuantizeEncoderOptions, "method">[]) {
      it(`${operators}, ${JSON.stringify(options)}`, async () => {
        const quantized = readModel(writeModel(model));
        const report = await quantizeEncoder(quantized, {
          method: "static",
          operators,
          statistics,
          ...options,
        });
        expect(report).toMatchObject({ denseLayers: 2, tables: 1 });
        const expected = runReference(quantized, ids).elements;
        (await run(quantized)).forEach((y, index) => {
          expect(Math.abs(y - (expected[index] as number))).toBeLessThan(1e-4);
        });
        const error = expected.reduce((sum, y, index) => sum + (y - (exact[index] as number)) ** 2, 0);
        const power = exact.reduce((sum, y) => sum + y ** 2, 0);
        expect(error / power).toBeGreaterThan(1e-7);
        // Texts of one token: the average extreme cuts half of them.
        const isAverage = "rangeMethod" in options && options.rangeMethod === "moving-average";
        expect(error / power).toBeLessThan(isAverage ? 0.3 : 0.02);
      });
    }
  }
});
