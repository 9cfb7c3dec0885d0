import { InvalidArgumentError } from "@kokeshi/core";
import { float32Elements, type GraphEditor, type OnnxNode } from "@kokeshi/onnx";
import type { ActivationStatistics } from "../calibration/activation-statistics.js";
import { part } from "../part.js";
import { denseLayers, layerWeights, type DenseLayer } from "./dense-layers.js";

export interface SmoothActivationsOptions {
  /** How much of the spread of activations goes over to the weights, from 0 to 1. Default: 0.5, the paper's. */
  alpha?: number;
  /** Names of layers that need not be made easier: they stay float32. */
  keepFloat?: ReadonlySet<string>;
}

/** What each channel of the activations that a layer takes was divided by, by the layer's name. */
export type SmoothingFactors = ReadonlyMap<string, Float32Array>;

/** As the authors' code has it: no factor is smaller. */
const leastFactor = 1e-5;

/**
 * Divides every channel of the activations that dense layers take by a factor of its own, and multiplies the weights that
 * meet it by the same: the model computes what it did, but activations have no outlying channels any more, which in bytes
 * take the others' precision. The factor of channel j is max|X_j|^alpha / max|W_j|^(1-alpha) (Xiao et al. 2022,
 * "SmoothQuant", https://arxiv.org/abs/2211.10438, equation 4).
 *
 * The division goes into the scale and bias of a LayerNormalization whose every taker is such a layer, or into the
 * weights of the values of an attention; elsewhere (a norm after the residual, GELU) it is one Mul.
 */
export function smoothActivations(
  editor: GraphEditor,
  statistics: ActivationStatistics,
  { alpha = 0.5, keepFloat = new Set() }: SmoothActivationsOptions = {},
): SmoothingFactors {
  if (!(alpha >= 0 && alpha <= 1)) {
    throw new InvalidArgumentError({
      part,
      problem: `smoothQuant has the alpha ${alpha}`,
      remedy: "choose one from 0 to 1, such as 0.5",
    });
  }
  const factors = new Map<string, Float32Array>();
  for (const { input } of denseLayers(editor)) {
    // Anew for every value: the weights of one before may have been folded into.
    const takers = denseLayers(editor).filter((layer) => layer.input === input);
    const eased = takers.filter((layer) => !keepFloat.has(layer.name));
    if (eased.length === 0 || factors.has(eased[0]?.name as string)) continue;
    const divisors = factorsOf(editor, statistics, eased, alpha);
    const place = foldingPlace(editor, input, takers);
    // Those that stay float32 can do without, unless the division is made before they take the value.
    const moved = place === undefined ? eased : takers;
    for (const layer of moved) {
      scaleWeights(editor, layer, { rows: divisors });
      factors.set(layer.name, divisors);
    }
    if (place !== undefined) place(divisors.map((factor) => 1 / factor));
    else divideBefore(editor, input, moved, divisors);
  }
  editor.finish();
  return factors;
}

function factorsOf(
  editor: GraphEditor,
  statistics: ActivationStatistics,
  layers: readonly DenseLayer[],
  alpha: number,
): Float32Array {
  const [first] = layers as [DenseLayer];
  const largestWeights = new Float32Array(first.inputs);
  for (const layer of layers) {
    layerWeights(editor, layer).forEach((weight, index) => {
      const row = Math.floor(index / layer.outputs);
      largestWeights[row] = Math.max(largestWeights[row] as number, Math.abs(weight));
    });
  }
  const magnitudes = statistics.of(first.name).magnitudes();
  return largestWeights.map((weight, channel) => {
    const activation = magnitudes[channel] as number;
    // Nothing to move where either is nothing.
    if (weight === 0 || activation === 0) return 1;
    return Math.max(leastFactor, activation ** alpha / weight ** (1 - alpha));
  });
}

/** Where a value can be multiplied by channels at no cost, as a function that does so. */
function foldingPlace(
  editor: GraphEditor,
  value: string,
  takers: readonly DenseLayer[],
): ((factors: Float32Array) => void) | undefined {
  const nodes = new Set(takers.map((layer) => layer.node));
  if (editor.isOutput(value) || editor.consumers(value).some((node) => !nodes.has(node))) return undefined;
  const norm = editor.producer(value, "LayerNormalization");
  const [, scale, bias = ""] = norm?.inputs ?? [];
  const constants = [scale, bias].filter((name) => name !== undefined && name !== "");
  const areVectors = constants.every((name) => editor.constant(name)?.shape.length === 1);
  if (norm !== undefined && areVectors && norm.outputs[0] === value) {
    return (factors) => {
      norm.inputs = norm.inputs.map((name, index) =>
        index === 0 || name === "" ? name : scaledConstant(editor, name, factors),
      );
    };
  }
  const projection = projectionOfValues(editor, value);
  if (projection === undefined || projection.outputs !== takers[0]?.inputs) return undefined;
  return (factors) => scaleWeights(editor, projection, { columns: factors });
}

/** The dense layer behind the values of the attention that computes `context`, if nothing else takes them. */
function projectionOfValues(editor: GraphEditor, context: string): DenseLayer | undefined {
  let values: string | undefined;
  const attention = editor.producer(context, "MultiHeadAttention");
  if (attention !== undefined) {
    values = attention.inputs[2];
    // A bias is added to the values inside.
    if ((attention.inputs[3] ?? "") !== "") return undefined;
  } else {
    const joined = editor.producer(editor.producer(context, "Reshape")?.inputs[0], "Transpose");
    const weighted = isHeadSwap(joined) ? editor.producer(joined?.inputs[0], "MatMul") : undefined;
    const split = editor.producer(weighted?.inputs[1], "Transpose");
    if (split === undefined || !isHeadSwap(split)) return undefined;
    const reshape = editor.producer(split.inputs[0], "Reshape");
    if (editor.onlyConsumer(split.outputs[0] as string) !== weighted) return undefined;
    if (reshape === undefined || editor.onlyConsumer(reshape.outputs[0] as string) !== split)
      return undefined;
    values = reshape.inputs[0];
  }
  if (values === undefined || editor.onlyConsumer(values) === undefined) return undefined;
  return denseLayers(editor).find((layer) => layer.result === values);
}

function isHeadSwap(transpose: OnnxNode | undefined): boolean {
  const perm = transpose?.attributes["perm"];
  return perm?.type === "ints" && perm.value.join() === "0,2,1,3";
}

/** Multiplies what meets an input by the factor of its row, or what gives an output, and its bias, by that of its column. */
function scaleWeights(
  editor: GraphEditor,
  layer: DenseLayer,
  { rows, columns }: { rows?: Float32Array; columns?: Float32Array },
): void {
  const { node, inputs, outputs } = layer;
  const weights = Float32Array.from(layerWeights(editor, layer));
  for (let index = 0, input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++, index++) {
      weights[index] = (weights[index] as number) * (rows?.[input] ?? 1) * (columns?.[output] ?? 1);
    }
  }
  const stored = layer.transposed ? transpose(weights, inputs, outputs) : weights;
  const shape = layer.transposed ? [outputs, inputs] : [inputs, outputs];
  const name = editor.initializer(layer.weight, "float32", shape, stored);
  node.inputs = node.inputs.map((taken, index) => (index === 1 ? name : taken));
  if (columns === undefined || layer.bias === undefined) return;
  const bias = scaledConstant(editor, layer.bias, columns);
  const adds = layer.operator === "Gemm" ? node : editor.producer(layer.result);
  if (adds !== undefined) adds.inputs = adds.inputs.map((taken) => (taken === layer.bias ? bias : taken));
}

function transpose(weights: Float32Array, rows: number, columns: number): Float32Array {
  return weights.map((_, index) => weights[(index % rows) * columns + Math.floor(index / rows)] as number);
}

function scaledConstant(editor: GraphEditor, name: string, factors: Float32Array): string {
  const tensor = editor.constant(name);
  if (tensor === undefined) return name;
  const scaled = float32Elements(tensor).map((element, index) => element * (factors[index] as number));
  return editor.initializer(name, "float32", tensor.shape, scaled);
}

function divideBefore(
  editor: GraphEditor,
  value: string,
  takers: readonly DenseLayer[],
  factors: Float32Array,
): void {
  const inverses = editor.initializer(
    "smoothing",
    "float32",
    [factors.length],
    factors.map((factor) => 1 / factor),
  );
  const divided = editor.value("Mul", [value, inverses]);
  for (const { node } of takers) {
    node.inputs = node.inputs.map((taken, index) => (index === 0 ? divided : taken));
  }
}
