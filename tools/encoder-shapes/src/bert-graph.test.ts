import { writeModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { bertGraph } from "./bert-graph.js";
import { encoderShape, type EncoderShape } from "./encoder-shape.js";

async function hiddenState(changes: Partial<EncoderShape>, padding: number): Promise<Float32Array> {
  const session = await InferenceSession.create(writeModel(bertGraph(encoderShape("tiny", changes))), {
    intraOpNumThreads: 1,
  });
  const length = 7 + padding;
  const integers = (value: (position: number) => number): Tensor =>
    new Tensor(
      "int64",
      BigInt64Array.from({ length: 2 * length }, (_, index) => BigInt(value(index % length))),
      [2, length],
    );
  const outputs = await session.run({
    input_ids: integers((position) => (position < 7 ? 3 * position + 1 : 0)),
    attention_mask: integers((position) => (position < 7 ? 1 : 0)),
    token_type_ids: integers(() => 0),
  });
  await session.release();
  const output = outputs["last_hidden_state"] as Tensor;
  expect(output.dims).toEqual([2, length, 32]);
  return (output.data as Float32Array).slice(0, 7 * 32);
}

it("computes the same however the exporter wrote it, and whatever the padding", async () => {
  const expected = await hiddenState({}, 0);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.5);
  const others = [
    await hiddenState({}, 5),
    await hiddenState({ layerNorm: "chain" }, 3),
    await hiddenState({ attention: "sdpa" }, 3),
  ];
  for (const other of others) {
    other.forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 4));
  }
  expect(await hiddenState({ seed: 2 }, 0)).not.toEqual(expected);
});

it("computes the same with outlying channels, but for GELU's bend", async () => {
  const expected = await hiddenState({}, 0);
  const planted = await hiddenState({ outliers: 20 }, 0);
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  const cosine = dot(planted, expected) / Math.sqrt(dot(planted, planted) * dot(expected, expected));
  expect(cosine).toBeGreaterThan(0.99);
});

it("refuses heads that do not share the columns, and outliers that are no number", () => {
  expect(() => encoderShape("tiny", { outliers: NaN })).toThrow(/the outliers are NaN/);
  expect(() => encoderShape("tiny", { heads: 5 })).toThrow(/5 heads do not share 32 columns/);
});
