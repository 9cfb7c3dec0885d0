import { InvalidArgumentError } from "@kokeshi/core";
import { int, tensorTypeCodes, type GraphEditor } from "@kokeshi/onnx";
import { part } from "../part.js";
import type { ActivationScale } from "./activation-scale.js";
import { biasCorrection, correctedBias } from "./bias-correction.js";
import { denseLayers, layerWeights, type DenseLayer } from "./dense-layers.js";
import type { ExpectedInputs } from "./expected-inputs.js";
import { quantizeColumns, type QuantizedWeights, type WeightScales } from "./quantized-weights.js";

/**
 * How a dense layer in INT8 is written down.
 *
 * - "dynamic-fused": DynamicQuantizeMatMul of ONNX Runtime; each layer scans its activations for their range.
 * - "dynamic-shared": DynamicQuantizeLinear, once for all layers that take the same activations, and
 *   MatMulIntegerToFloat.
 * - "dynamic-standard": DynamicQuantizeLinear and MatMulInteger, standard operators that any runtime knows.
 * - "static-fused": QuantizeLinear with a scale known beforehand, and MatMulIntegerToFloat.
 * - "static-qdq": QuantizeLinear and DequantizeLinear around MatMul, standard operators that runtimes fuse themselves.
 */
export type DenseLayout =
  "dynamic-fused" | "dynamic-shared" | "dynamic-standard" | "static-fused" | "static-qdq";

export interface QuantizeDenseOptions {
  layout: DenseLayout;
  /** By the name of the activations; a static layout leaves layers without one in float32. */
  scales?: ReadonlyMap<string, ActivationScale>;
  /** Names of layers that stay float32. */
  keepFloat?: ReadonlySet<string>;
  /**
   * Weights of 7 bits: on CPUs that add products of bytes in 16 bits (AVX2 without VNNI), two products of a full byte
   * and a full code overflow, and the sum is cut off. Default: false.
   */
  reduceRange?: boolean;
  /** Default: "per-channel". */
  weightScales?: WeightScales;
  /** By the layer's name: corrects the bias for the error that quantization makes on average. */
  expected?: ReadonlyMap<string, ExpectedInputs>;
}

/**
 * Makes the dense layers of a graph INT8: weights signed and symmetric, activations as their scales say, or unsigned where they
 * are scaled at run time. Returns how many.
 */
export function quantizeDense(editor: GraphEditor, options: QuantizeDenseOptions): number {
  const { layout, scales, keepFloat, weightScales = "per-channel" } = options;
  if (layout === "static-qdq" && weightScales === "per-channel" && (editor.model.opsets[""] ?? 0) < 13) {
    throw new InvalidArgumentError({
      part,
      problem: "scales per output need DequantizeLinear of opset 13, and the model has an earlier one",
      remedy: 'export the model anew, or choose the layout "static-fused" or weightScales "per-tensor"',
    });
  }
  const quantizer = new DenseQuantizer(editor, options);
  let count = 0;
  for (const layer of denseLayers(editor)) {
    const scale = scales?.get(layer.input);
    if (keepFloat?.has(layer.name) === true) continue;
    if (layout.startsWith("static") && scale === undefined) continue;
    editor.replaceUses(layer.result, quantizer.quantize(layer, scale));
    count++;
  }
  if (count > 0 && !/qdq|standard/.test(layout)) editor.requireOpset("com.microsoft", 1);
  editor.finish();
  return count;
}

class DenseQuantizer {
  /** Activations that several layers take are quantized once. */
  private readonly activations = new Map<string, string[]>();
  private readonly weights = new Map<string, StoredWeights>();

  constructor(
    private readonly editor: GraphEditor,
    private readonly options: QuantizeDenseOptions,
  ) {}

  quantize(layer: DenseLayer, scale: ActivationScale | undefined): string {
    const { editor } = this;
    const weight = this.quantizedWeight(layer);
    const biasName = this.bias(layer, weight);
    const bias = biasName === undefined ? [] : [biasName];
    switch (this.options.layout) {
      case "dynamic-fused":
        return editor.value(
          "DynamicQuantizeMatMul",
          [layer.input, weight.codes, weight.scales, "", ...bias],
          { domain: "com.microsoft" },
        );
      case "dynamic-shared":
      case "static-fused": {
        const [codes, activationScale, zeroPoint] = this.activation(layer.input, scale) as [
          string,
          string,
          string,
        ];
        return editor.value(
          "MatMulIntegerToFloat",
          [codes, weight.codes, activationScale, weight.scales, zeroPoint, "", ...bias],
          { domain: "com.microsoft" },
        );
      }
      case "dynamic-standard": {
        const [codes, activationScale, zeroPoint] = this.activation(layer.input, scale) as [
          string,
          string,
          string,
        ];
        const product = editor.value("MatMulInteger", [codes, weight.codes, zeroPoint]);
        const floats = editor.value("Cast", [product], { attributes: { to: int(tensorTypeCodes.float32) } });
        const scaled = editor.value("Mul", [floats, editor.value("Mul", [activationScale, weight.scales])]);
        return biasName === undefined ? scaled : editor.value("Add", [scaled, biasName]);
      }
      case "static-qdq": {
        const activation = editor.value("DequantizeLinear", this.activation(layer.input, scale));
        const isPerChannel = this.options.weightScales !== "per-tensor";
        const floats = editor.value("DequantizeLinear", [weight.codes, weight.scales, weight.zero], {
          // Opsets before 13 do not know the axis, nor do they need one here.
          attributes: isPerChannel ? { axis: int(1) } : {},
        });
        const product = editor.value("MatMul", [activation, floats]);
        return biasName === undefined ? product : editor.value("Add", [product, biasName]);
      }
    }
  }

  /** Codes, scale and zero point of activations. */
  private activation(value: string, scale: ActivationScale | undefined): string[] {
    const { editor } = this;
    let names = this.activations.get(value);
    if (names === undefined) {
      if (scale === undefined) names = editor.node("DynamicQuantizeLinear", [value], { outputs: 3 }).outputs;
      else {
        const scaleName = editor.initializer(`${value}_scale`, "float32", [], Float32Array.of(scale.scale));
        const zeroName = editor.initializer(
          `${value}_zero`,
          scale.type,
          [],
          // Two's complement: the same byte, signed or not.
          Uint8Array.of(scale.zeroPoint),
        );
        names = [editor.value("QuantizeLinear", [value, scaleName, zeroName]), scaleName, zeroName];
      }
      this.activations.set(value, names);
    }
    return names;
  }

  private bias(layer: DenseLayer, { quantized }: StoredWeights): string | undefined {
    const expected = this.options.expected?.get(layer.name);
    if (expected === undefined) return layer.bias;
    const { codes, scales } = quantized;
    const correction = biasCorrection(
      layerWeights(this.editor, layer),
      (index) => (codes[index] as number) * (scales[index % scales.length] as number),
      expected,
    );
    return correctedBias(this.editor, layer, correction);
  }

  private quantizedWeight(layer: DenseLayer): StoredWeights {
    const { editor } = this;
    const { weight, transposed, inputs, outputs } = layer;
    const key = `${weight} ${transposed}`;
    let stored = this.weights.get(key);
    if (stored === undefined) {
      const largestCode = this.options.reduceRange === true ? 63 : 127;
      const { weightScales = "per-channel" } = this.options;
      const quantized = quantizeColumns(layerWeights(editor, layer), outputs, largestCode, weightScales);
      const shape = weightScales === "per-channel" ? [outputs] : [];
      stored = {
        quantized,
        codes: editor.initializer(`${weight}_int8`, "int8", [inputs, outputs], quantized.codes),
        scales: editor.initializer(`${weight}_scales`, "float32", shape, quantized.scales),
        zero: editor.initializer(`${weight}_zeros`, "int8", shape, new Int8Array(quantized.scales.length)),
      };
      this.weights.set(key, stored);
    }
    return stored;
  }
}

/** Names of the constants, and what they hold. */
interface StoredWeights {
  quantized: QuantizedWeights;
  codes: string;
  scales: string;
  zero: string;
}
