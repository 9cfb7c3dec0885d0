import type { OnnxTensor } from "@kokeshi/onnx";
import { float32Elements } from "@kokeshi/onnx";

/** Weights of a dense layer, inputs x outputs, as signed bytes. */
export interface QuantizedWeights {
  codes: Int8Array;
  /** One for each output, or one for all of them. Weight = code * scale of its column. */
  scales: Float32Array;
}

/**
 * Whether every output of a layer has a scale of its own, or all share one; with one, an output of small weights gets few of
 * the codes.
 */
export type WeightScales = "per-channel" | "per-tensor";

/**
 * Symmetric: the largest weight of a column, or of all, becomes `largestCode`, 127, or 63 for weights of 7 bits. The scale
 * of zeros is 1.
 */
export function quantizeColumns(
  weights: Float32Array,
  columns: number,
  largestCode: 127 | 63 = 127,
  weightScales: WeightScales = "per-channel",
): QuantizedWeights {
  const largest = new Float32Array(columns);
  for (let index = 0, column = 0; index < weights.length; index++) {
    const magnitude = Math.abs(weights[index] as number);
    if (magnitude > (largest[column] as number)) largest[column] = magnitude;
    if (++column === columns) column = 0;
  }
  const perColumn =
    weightScales === "per-channel" ? largest : largest.fill(largest.reduce((a, b) => Math.max(a, b), 0));
  const scales = perColumn.map((magnitude) => magnitude / largestCode || 1);
  const codes = new Int8Array(weights.length);
  for (let index = 0, column = 0; index < weights.length; index++) {
    const code = Math.round((weights[index] as number) / (scales[column] as number));
    codes[index] = Math.max(-largestCode, Math.min(largestCode, code));
    if (++column === columns) column = 0;
  }
  return { codes, scales: weightScales === "per-channel" ? scales : scales.subarray(0, 1) };
}

/** Symmetric, per row: what tables that rows are gathered from want. */
export function quantizeRows(tensor: OnnxTensor): QuantizedWeights {
  const [rows, columns] = tensor.shape as [number, number];
  const weights = float32Elements(tensor);
  const codes = new Int8Array(weights.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    const start = row * columns;
    for (let index = start; index < start + columns; index++) {
      largest = Math.max(largest, Math.abs(weights[index] as number));
    }
    const scale = Math.fround(largest / 127) || 1;
    scales[row] = scale;
    for (let index = start; index < start + columns; index++) {
      codes[index] = Math.max(-127, Math.min(127, Math.round((weights[index] as number) / scale)));
    }
  }
  return { codes, scales };
}
