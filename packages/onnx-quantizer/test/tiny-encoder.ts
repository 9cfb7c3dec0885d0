import { bertGraph, encoderShape, type EncoderShape } from "@kokeshi/encoder-shapes";
import { readModel, writeModel, type OnnxModel } from "@kokeshi/onnx";
import type { CalibrationBatch } from "../src/calibration/min-max.js";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Two layers of 32 columns with random weights. */
export function tinyEncoder(changes: Partial<EncoderShape> = {}): OnnxModel {
  return bertGraph(encoderShape("tiny", changes));
}

/** A second model with the same weights, that may be edited. */
export function copyOf(model: OnnxModel): OnnxModel {
  return readModel(writeModel(model));
}

/** Token ids of a text of this many tokens; the same for the same number. */
export function text(tokens: number, seed = 0): number[] {
  return Array.from({ length: tokens }, (_, position) => 1 + ((position * 37 + seed * 11 + 5) % 126));
}

export async function openModel(model: OnnxModel): Promise<InferenceSession> {
  return InferenceSession.create(writeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

/** The hidden state of every token of every text, padding left out. */
export async function hiddenStates(
  model: OnnxModel | InferenceSession,
  texts: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const session = "graph" in model ? await openModel(model) : model;
  const feeds = Object.entries(calibrationBatch(texts)).map(([name, { shape, data }]) => [
    name,
    new Tensor("int64", data, shape),
  ]);
  const outputs = await session.run(Object.fromEntries(feeds));
  if ("graph" in model) await session.release();
  const { data, dims } = outputs["last_hidden_state"] as Tensor;
  const [, length, width] = dims as [number, number, number];
  return texts.map((row, index) =>
    (data as Float32Array).slice(index * length * width, (index * length + row.length) * width),
  );
}

export function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const differences = a.flatMap((row, index) =>
    Array.from(row, (value, column) => Math.abs(value - (b[index]?.[column] as number))),
  );
  return differences.reduce((largest, difference) => Math.max(largest, difference), 0);
}

/** Texts as one padded batch. */
export function calibrationBatch(texts: readonly (readonly number[])[]): CalibrationBatch {
  const length = Math.max(...texts.map((tokens) => tokens.length));
  const integers = (
    value: (row: readonly number[], position: number) => number,
  ): CalibrationBatch[string] => ({
    shape: [texts.length, length],
    data: BigInt64Array.from(
      texts.flatMap((row) => Array.from({ length }, (_, position) => value(row, position))),
      BigInt,
    ),
  });
  return {
    input_ids: integers((row, position) => row[position] ?? 0),
    attention_mask: integers((row, position) => (position < row.length ? 1 : 0)),
    token_type_ids: integers(() => 0),
  };
}

export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
