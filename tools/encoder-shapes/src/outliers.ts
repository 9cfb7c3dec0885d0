import type { EncoderShape } from "./encoder-shape.js";

/** What is planted into one dense layer; every array has one number a channel. */
export interface Planted {
  /** What the input carries on top in every token: the bias takes it back. */
  inputOffsets?: Float32Array | undefined;
  /** What the input was multiplied by: the weights take it back. */
  inputScales?: Float32Array | undefined;
  /** What outputs are multiplied by. */
  outputScales?: Float32Array | undefined;
  /** What is taken from outputs, which is added again where they meet the residual. */
  outputOffsets?: Float32Array | undefined;
}

/** One channel in so many stands out. */
const channelsPerOutlier = 96;

/**
 * Outlying channels as trained encoders have them. After norms, a few channels carry a large constant in every token
 * (Kovaleva et al. 2021, "BERT Busters", finds the scales and biases of LayerNorm behind them); what takes the norm has the
 * constant in its bias, so the model computes what it would without. Inside attention and between the dense layers
 * after it, a few channels are multiplied and the weights that meet them divided: the same function again, but for GELU's
 * bend.
 */
export class Outliers {
  /** Constants on channels after norms, of either sign. */
  readonly offsets: Float32Array | undefined;
  readonly contextScales: Float32Array | undefined;
  readonly intermediateScales: Float32Array | undefined;

  constructor({ outliers, hidden, intermediate }: EncoderShape) {
    if (outliers === 0) return;
    this.offsets = new Float32Array(hidden);
    channels(hidden).forEach((channel, index) => {
      (this.offsets as Float32Array)[channel] = index % 2 === 0 ? outliers : -outliers;
    });
    this.contextScales = scales(hidden, outliers);
    this.intermediateScales = scales(intermediate, outliers);
  }
}

/** Weights, inputs x outputs, and the bias of a dense layer with outliers planted, in place. */
export function plant(
  weights: Float32Array,
  bias: Float32Array,
  { inputOffsets, inputScales, outputScales, outputOffsets }: Planted,
): void {
  const outputs = bias.length;
  const shifts = new Float64Array(outputs);
  weights.forEach((weight, index) => {
    const input = Math.floor(index / outputs);
    const output = index % outputs;
    shifts[output] = (shifts[output] as number) + weight * (inputOffsets?.[input] ?? 0);
    weights[index] = (weight / (inputScales?.[input] ?? 1)) * (outputScales?.[output] ?? 1);
  });
  bias.forEach((element, output) => {
    const shifted = (element - (shifts[output] as number)) * (outputScales?.[output] ?? 1);
    bias[output] = shifted - (outputOffsets?.[output] ?? 0);
  });
}

function channels(count: number): number[] {
  const outliers = Math.max(1, Math.floor(count / channelsPerOutlier));
  // Spread over the width, and so over heads.
  return Array.from({ length: outliers }, (_, index) => Math.floor(((index + 0.4) * count) / outliers));
}

function scales(count: number, factor: number): Float32Array {
  const all = new Float32Array(count).fill(1);
  for (const channel of channels(count)) all[channel] = factor;
  return all;
}
