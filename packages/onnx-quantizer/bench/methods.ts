import { parseArgs } from "node:util";
import { bertGraph, chosenShape, shapeOptions, shapeUsage } from "@kokeshi/encoder-shapes";
import { readModel, writeModel, type OnnxModel } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { CalibrationBatch } from "../src/calibration/calibration-batch.js";
import { collectStatistics } from "../src/calibration/collect-statistics.js";
import { rangeMethods } from "../src/calibration/ranges/range-of.js";
import { tokenBatches } from "../src/calibration/token-batches.js";
import { optimizeEncoder } from "../src/optimize-encoder.js";
import { quantizeEncoder, type QuantizeEncoderOptions } from "../src/quantize-encoder.js";

const usage = `usage: npm run bench:methods -w @kokeshi/onnx-quantizer -- ${shapeUsage} [--layers N] [--outliers N]
  [--texts N]

Prints, for each way to quantize an encoder of random weights with outlying channels, the mean cosine of its vectors
(the mean over tokens) to those of float32, on texts that were not calibrated on.`;

const { values: options } = parseArgs({
  options: {
    ...shapeOptions,
    layers: { type: "string" },
    outliers: { type: "string", default: "100" },
    texts: { type: "string", default: "32" },
  },
});
const { name, shape } = chosenShape(options, usage, {
  vocabulary: 2000,
  outliers: Number(options.outliers),
});
const texts = Array.from({ length: 2 * Number(options.texts) }, (_, text) =>
  Array.from(
    { length: 4 + ((text * 13) % 45) },
    (_token, position) => 1 + ((text * 7919 + position * 613 + position * position * 31) % 1999),
  ),
);
const calibration = texts.filter((_, index) => index % 2 === 0);
const unseen = texts.filter((_, index) => index % 2 === 1);

async function vectors(model: OnnxModel): Promise<Float64Array[]> {
  const session = await InferenceSession.create(writeModel(model), { intraOpNumThreads: 1 });
  const all: Float64Array[] = [];
  for await (const batch of tokenBatches(unseen)) {
    const feeds = Object.entries(batch).map(([input, { shape: dims, data }]) => [
      input,
      new Tensor("int64", data, dims),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    all.push(...pooled(outputs["last_hidden_state"] as Tensor, batch["attention_mask"]));
  }
  await session.release();
  return all;
}

function pooled({ data, dims }: Tensor, mask: CalibrationBatch[string] | undefined): Float64Array[] {
  const [rows, columns, width] = dims as [number, number, number];
  return Array.from({ length: rows }, (_, row) => {
    const sum = new Float64Array(width);
    for (let position = row * columns; position < (row + 1) * columns; position++) {
      if (mask?.data[position] === 0n) continue;
      sum.forEach((value, channel) => {
        sum[channel] = value + ((data as Float32Array)[position * width + channel] as number);
      });
    }
    return sum;
  });
}

function meanCosine(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const dot = (x: Float64Array, y: Float64Array): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] as number), 0);
  const cosines = a.map((x, index) => {
    const y = b[index] as Float64Array;
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  });
  return cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}

const float = bertGraph(shape);
const expected = await vectors(float);
const optimized = readModel(writeModel(float));
await optimizeEncoder(optimized);
const bytes = writeModel(optimized);
const statistics = await collectStatistics(optimized, tokenBatches(calibration));

const corrected = { method: "static", biasCorrection: true } as const;
const trials: [string, QuantizeEncoderOptions][] = [
  ...rangeMethods.flatMap((rangeMethod): [string, QuantizeEncoderOptions][] => [
    [`static, ${rangeMethod}`, { method: "static", rangeMethod }],
    [`static, ${rangeMethod}, bias correction`, { ...corrected, rangeMethod }],
    [`static, ${rangeMethod}, SmoothQuant`, { method: "static", rangeMethod, smoothQuant: {} }],
    [`static, ${rangeMethod}, SmoothQuant, bias correction`, { ...corrected, rangeMethod, smoothQuant: {} }],
  ]),
  ...[0.3, 0.7, 0.9].map((alpha): [string, QuantizeEncoderOptions] => [
    `static, min-max, SmoothQuant with alpha ${alpha}, bias correction`,
    { ...corrected, smoothQuant: { alpha } },
  ]),
  [
    "static, 7-bit weights, SmoothQuant, bias correction",
    { ...corrected, smoothQuant: {}, reduceRange: true },
  ],
  ...[false, true].flatMap((symmetricActivations) =>
    (["per-channel", "per-tensor"] as const).flatMap((weightScales): [string, QuantizeEncoderOptions][] => {
      const choices = { weightScales, symmetricActivations };
      const what = `static, ${weightScales}, ${symmetricActivations ? "symmetric" : "asymmetric"}`;
      return [
        [what, { method: "static", ...choices }],
        [`${what}, SmoothQuant, bias correction`, { ...corrected, smoothQuant: {}, ...choices }],
      ];
    }),
  ),
  ["dynamic", { method: "dynamic" }],
  ["dynamic, SmoothQuant, bias correction", { method: "dynamic", smoothQuant: {}, biasCorrection: true }],
  ...([8, 4] as const).flatMap((bits): [string, QuantizeEncoderOptions][] => [
    [`weight-only, ${bits} bits`, { method: "weight-only", bits }],
    [`weight-only, ${bits} bits, bias correction`, { method: "weight-only", bits, biasCorrection: true }],
  ]),
];
process.stdout.write(
  `| ${name}, ${shape.layers} layers, outliers ${shape.outliers} | cosine |\n| --- | --- |\n`,
);
for (const [what, trial] of trials) {
  const model = readModel(bytes);
  await quantizeEncoder(model, { ...trial, statistics });
  process.stdout.write(`| ${what} | ${meanCosine(await vectors(model), expected).toFixed(4)} |\n`);
}
