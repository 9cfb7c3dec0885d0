import { float32Elements, type GraphEditor } from "@kokeshi/onnx";
import type { DenseLayer } from "./dense-layers.js";
import type { ExpectedInputs } from "./expected-inputs.js";

/**
 * What is added to the bias so that outputs are right on average: the mean of what the layer computes, less the mean of
 * what it computes with quantized weights and activations (Nagel et al. 2019, "Data-free quantization through weight
 * equalization and bias correction", https://arxiv.org/abs/1906.04721, section 4.2, with means from calibration). Weights
 * are inputs x outputs; `quantized` gives the value that stands for a weight.
 */
export function biasCorrection(
  weights: Float32Array,
  quantized: (index: number) => number,
  { mean, quantizedMean }: ExpectedInputs,
): Float64Array {
  const outputs = weights.length / mean.length;
  const correction = new Float64Array(outputs);
  for (let index = 0, input = 0; input < mean.length; input++) {
    for (let output = 0; output < outputs; output++, index++) {
      const difference =
        (mean[input] as number) * (weights[index] as number) -
        (quantizedMean[input] as number) * quantized(index);
      correction[output] = (correction[output] as number) + difference;
    }
  }
  return correction;
}

/** A new constant: the bias of the layer, or none, and the correction. */
export function correctedBias(editor: GraphEditor, layer: DenseLayer, correction: Float64Array): string {
  const tensor = editor.constant(layer.bias);
  const bias = tensor === undefined ? new Float32Array(layer.outputs) : float32Elements(tensor);
  const sum = bias.map((element, output) => element + (correction[output] as number));
  return editor.initializer(layer.bias ?? "bias", "float32", [layer.outputs], sum);
}
