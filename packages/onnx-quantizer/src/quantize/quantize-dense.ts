import { InvalidArgumentError } from "@kokeshi/core";
import { int, tensorTypeCodes, type GraphEditor } from "@kokeshi/onnx";
import { part } from "../part.js";
import type { ActivationScale } from "./activation-scale.js";
import { denseLayers, type DenseLayer } from "./dense-layers.js";
import { quantizeColumns } from "./quantized-weights.js";

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
}

/** Makes the dense layers of a graph INT8: weights symmetric per output, activations unsigned. Returns how many. */
export function quantizeDense(editor: GraphEditor, { layout, scales }: QuantizeDenseOptions): number {
  if (layout === "static-qdq" && (editor.model.opsets[""] ?? 0) < 13) {
    throw new InvalidArgumentError({
      part,
      problem: "scales per output need DequantizeLinear of opset 13, and the model has an earlier one",
      remedy: 'export the model anew, or choose the layout "static-fused"',
    });
  }
  const quantizer = new DenseQuantizer(editor, layout);
  let count = 0;
  for (const layer of denseLayers(editor)) {
    const scale = scales?.get(layer.input);
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
  private readonly weights = new Map<string, { codes: string; scales: string; zero: string }>();

  constructor(
    private readonly editor: GraphEditor,
    private readonly layout: DenseLayout,
  ) {}

  quantize(layer: DenseLayer, scale: ActivationScale | undefined): string {
    const { editor } = this;
    const weight = this.quantizedWeight(layer.weight);
    const bias = layer.bias === undefined ? [] : [layer.bias];
    switch (this.layout) {
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
        return layer.bias === undefined ? scaled : editor.value("Add", [scaled, layer.bias]);
      }
      case "static-qdq": {
        const activation = editor.value("DequantizeLinear", this.activation(layer.input, scale));
        const floats = editor.value("DequantizeLinear", [weight.codes, weight.scales, weight.zero], {
          attributes: { axis: int(1) },
        });
        const product = editor.value("MatMul", [activation, floats]);
        return layer.bias === undefined ? product : editor.value("Add", [product, layer.bias]);
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
        const zeroName = editor.initializer(`${value}_zero`, "uint8", [], Uint8Array.of(scale.zeroPoint));
        names = [editor.value("QuantizeLinear", [value, scaleName, zeroName]), scaleName, zeroName];
      }
      this.activations.set(value, names);
    }
    return names;
  }

  private quantizedWeight(name: string): { codes: string; scales: string; zero: string } {
    const { editor } = this;
    let quantized = this.weights.get(name);
    if (quantized === undefined) {
      const tensor = editor.constant(name);
      if (tensor === undefined) {
        throw new InvalidArgumentError({
          part,
          problem: `the weights ${name} are no constant`,
          remedy: "pass layers that denseLayers gave",
        });
      }
      const { codes, scales } = quantizeColumns(tensor);
      quantized = {
        codes: editor.initializer(`${name}_int8`, "int8", tensor.shape, codes),
        scales: editor.initializer(`${name}_scales`, "float32", [scales.length], scales),
        zero: editor.initializer(`${name}_zeros`, "int8", [scales.length], new Int8Array(scales.length)),
      };
      this.weights.set(name, quantized);
    }
    return quantized;
  }
}
