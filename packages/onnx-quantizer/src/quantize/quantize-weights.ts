import { int, type GraphEditor } from "@kokeshi/onnx";
import { blockSize, dequantizeBlocks, quantizeBlocks } from "./block-weights.js";
import { denseLayers, layerWeights } from "./dense-layers.js";
import { biasCorrection, correctedBias } from "./bias-correction.js";
import type { ExpectedInputs } from "./expected-inputs.js";

export interface QuantizeWeightsOptions {
  bits: 4 | 8;
  /** Names of layers that stay float32. */
  keepFloat?: ReadonlySet<string>;
  /** By the layer's name: corrects the bias for the error that quantized weights make on average. */
  expected?: ReadonlyMap<string, ExpectedInputs>;
}

/**
 * Stores the weights of dense layers in 4 or 8 bits, in blocks of 32 with a scale each, and leaves activations float32:
 * ONNX Runtime's MatMulNBits. Returns how many layers.
 */
export function quantizeWeights(
  editor: GraphEditor,
  { bits, keepFloat, expected }: QuantizeWeightsOptions,
): number {
  let count = 0;
  for (const layer of denseLayers(editor)) {
    if (keepFloat?.has(layer.name) === true) continue;
    const { inputs, outputs, weight } = layer;
    const weights = layerWeights(editor, layer);
    const quantized = quantizeBlocks(weights, outputs, bits);
    const blocks = Math.ceil(inputs / blockSize);
    const codes = editor.initializer(
      `${weight}_int${bits}`,
      "uint8",
      [outputs, blocks, (blockSize * bits) / 8],
      quantized.codes,
    );
    const scales = editor.initializer(`${weight}_scales`, "float32", [outputs * blocks], quantized.scales);
    const product = editor.node("MatMulNBits", [layer.input, codes, scales], {
      domain: "com.microsoft",
      attributes: {
        K: int(inputs),
        N: int(outputs),
        bits: int(bits),
        block_size: int(blockSize),
        // Products of bytes: activations are rounded in blocks of 32 too, row by row.
        accuracy_level: int(4),
      },
    });
    product.name = layer.name;
    const means = expected?.get(layer.name);
    let { bias } = layer;
    if (means !== undefined) {
      const stored = dequantizeBlocks(quantized, outputs, inputs);
      const correction = biasCorrection(weights, (index) => stored[index] as number, means);
      bias = correctedBias(editor, layer, correction);
    }
    const [result] = product.outputs as [string];
    editor.replaceUses(layer.result, bias === undefined ? result : editor.value("Add", [result, bias]));
    count++;
  }
  if (count > 0) editor.requireOpset("com.microsoft", 1);
  editor.finish();
  return count;
}
