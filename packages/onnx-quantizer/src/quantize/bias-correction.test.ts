import { describe, expect, it } from "vitest";
import { ValueStatistics } from "../calibration/value-statistics.js";
import { scaleOfRange } from "./activation-scale.js";
import { biasCorrection } from "./bias-correction.js";
import { expectedInputs } from "./expected-inputs.js";
import { quantizeColumns } from "./quantized-weights.js";

const channels = 6;
const positions = 3000;
/** Channels with means of their own, one far out. */
const activations = Float32Array.from({ length: positions * channels }, (_, index) => {
  const channel = index % channels;
  return Math.sin(index * 0.37) + Math.cos(index * 0.11) + (channel === 2 ? 9 : channel / 4);
});
const value = new ValueStatistics(["layer"], channels);
value.addText(activations);

/** What bytes of this scale hold. */
function asBytes(
  elements: Float32Array,
  { scale, zeroPoint }: { scale: number; zeroPoint: number },
): Float32Array {
  return elements.map(
    (x) => (Math.max(0, Math.min(255, Math.round(x / scale) + zeroPoint)) - zeroPoint) * scale,
  );
}

function columnMeans(elements: Float32Array): Float64Array {
  const means = new Float64Array(channels);
  elements.forEach((x, index) => {
    means[index % channels] = (means[index % channels] as number) + x / positions;
  });
  return means;
}

describe("expectedInputs", () => {
  it("knows the mean after activations are cut", () => {
    // Cuts into every channel, and one away altogether.
    const scale = scaleOfRange(-1.2, 2);
    const { mean, quantizedMean } = expectedInputs(value, scale);
    const actual = columnMeans(asBytes(activations, scale));
    mean.forEach((expected, channel) => {
      expect(expected).toBeCloseTo(columnMeans(activations)[channel] as number, 5);
      expect(Math.abs((quantizedMean[channel] as number) - (actual[channel] as number))).toBeLessThan(0.02);
    });
    expect(quantizedMean[2]).toBeCloseTo(2, 2);
  });

  it("after division too, and where nothing is cut", () => {
    const factors = Float32Array.of(1, 2, 8, 0.5, 1, 3);
    const divided = activations.map((x, index) => x / (factors[index % channels] as number));
    const scale = scaleOfRange(-1, 1.5);
    const { quantizedMean } = expectedInputs(value, scale, factors);
    const actual = columnMeans(asBytes(divided, scale));
    quantizedMean.forEach((mean, channel) => {
      expect(Math.abs(mean - (actual[channel] as number))).toBeLessThan(0.03);
    });
    const whole = expectedInputs(value, scaleOfRange(-2.1, 11.1));
    expect(whole.quantizedMean).toEqual(whole.mean);
    expect(expectedInputs(value, undefined).quantizedMean).toEqual(whole.mean);
  });
});

it("a corrected bias gives outputs that are right on average", () => {
  const outputs = 4;
  const weights = Float32Array.from({ length: channels * outputs }, (_, index) => Math.sin(index * 2.1));
  const { codes, scales } = quantizeColumns(weights, outputs);
  const stored = Float32Array.from(codes, (code, index) => code * (scales[index % outputs] as number));
  const scale = scaleOfRange(-1.2, 3);
  const correction = biasCorrection(
    weights,
    (index) => stored[index] as number,
    expectedInputs(value, scale),
  );
  const meanOutput = (elements: Float32Array, matrix: Float32Array, output: number): number =>
    columnMeans(elements).reduce(
      (sum, mean, channel) => sum + mean * (matrix[channel * outputs + output] as number),
      0,
    );
  const bytes = asBytes(activations, scale);
  for (let output = 0; output < outputs; output++) {
    const error = meanOutput(activations, weights, output) - meanOutput(bytes, stored, output);
    expect(Math.abs(error)).toBeGreaterThan(0.05);
    expect(Math.abs(error - (correction[output] as number))).toBeLessThan(Math.abs(error) / 10);
  }
});
