import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { checkModel, GraphEditor, type OnnxModel } from "@kokeshi/onnx";
import type { ActivationStatistics } from "./calibration/activation-statistics.js";
import type { CalibrationBatch } from "./calibration/calibration-batch.js";
import { collectStatistics } from "./calibration/collect-statistics.js";
import { rangeOf, type RangeOptions } from "./calibration/ranges/range-of.js";
import { optimizeEncoder, type OptimizationReport } from "./optimize-encoder.js";
import { part } from "./part.js";
import {
  type ActivationScale,
  type ActivationScaleOptions,
  codesOf,
  scaleOfRange,
} from "./quantize/activation-scale.js";
import { denseLayers, encoderLayers, type LayerDescription } from "./quantize/dense-layers.js";
import { expectedInputs, type ExpectedInputs } from "./quantize/expected-inputs.js";
import { quantizeDense } from "./quantize/quantize-dense.js";
import type { WeightScales } from "./quantize/quantized-weights.js";
import { quantizeTables } from "./quantize/quantize-tables.js";
import { quantizeWeights } from "./quantize/quantize-weights.js";
import { smoothActivations, type SmoothingFactors } from "./quantize/smooth-activations.js";

/**
 * `activationType` and `symmetricActivations` are for "static" alone: scales that are found at run time are unsigned and
 * asymmetric in ONNX.
 */
export interface QuantizeEncoderOptions extends RangeOptions, ActivationScaleOptions {
  /**
   * "static": activations have scales found beforehand on `calibration`, so that a text's vector does not depend on the
   * texts beside it. "dynamic": every run finds them anew; needs no texts. "weight-only": activations stay float32 and
   * are rounded inside the product, in blocks of 32; the smallest files, but hardly faster than float32.
   */
  method: "static" | "dynamic" | "weight-only";
  /** Batches of real texts, as the model takes them, for "static"; padding does not count. They are read once. */
  calibration?: Iterable<CalibrationBatch> | AsyncIterable<CalibrationBatch>;
  /** Instead of `calibration`: what `collectStatistics` found on this model, for any number of calls. */
  statistics?: ActivationStatistics;
  /**
   * Moves what is hard to quantize from activations to weights, before the layers are quantized; needs texts. `alpha` says
   * how much of it, from 0 to 1; default: 0.5.
   */
  smoothQuant?: { alpha?: number };
  /** Corrects biases for the error that quantization makes on average; needs texts. Default: false. */
  biasCorrection?: boolean;
  /** Bits of a weight, for "weight-only". Default: 8. */
  bits?: 4 | 8;
  /**
   * "fast" (default): operators of ONNX Runtime's own, measured fastest. "portable": ONNX's operators alone, for other
   * runtimes.
   */
  operators?: "fast" | "portable";
  /** Embedding tables as INT8 too. Default: true. */
  tables?: boolean;
  /** Names of dense layers (`encoderLayers`) that stay float32: what a tuner falls back to. */
  keepFloat?: readonly string[];
  /** A scale for each output of a layer, or one for all of its weights; not for "weight-only". Default: "per-channel". */
  weightScales?: WeightScales;
  /** Weights of 7 bits, for CPUs that add products of bytes in 16 bits (AVX2 without VNNI). Default: false. */
  reduceRange?: boolean;
}

/** A dense layer, and what became of it. */
export interface LayerReport extends LayerDescription {
  precision: "float32" | "int8" | "int4";
}

export interface QuantizationReport {
  /** Dense layers that are quantized now. */
  denseLayers: number;
  /** Every dense layer, in the order in which they are computed. */
  layers: LayerReport[];
  tables: number;
  /** Dense layers whose activations were smoothed. */
  smoothed: number;
  /** What was rewritten before; none for portable models. */
  optimization: OptimizationReport | undefined;
}

/**
 * Makes a float32 encoder INT8, in place. Throws InvalidFileError for a model without dense layers, such as one that
 * is quantized already, and for one whose structure is not sound (`checkModel`).
 */
export async function quantizeEncoder(
  model: OnnxModel,
  options: QuantizeEncoderOptions,
): Promise<QuantizationReport> {
  const {
    method,
    operators = "fast",
    tables = true,
    keepFloat = [],
    bits = 8,
    reduceRange = false,
    weightScales,
  } = options;
  checkOptions(options);
  const layers = encoderLayers(model);
  if (layers.length === 0) {
    throw new InvalidFileError({
      part,
      problem: "the model has no MatMul or Gemm with constant float32 weights",
      remedy: "pass the float32 model of an encoder",
    });
  }
  const kept = namesOfLayers(keepFloat, layers);
  const optimization = operators === "fast" ? await optimizeEncoder(model) : undefined;
  const statistics = await statisticsFor(model, layers, options);
  const editor = new GraphEditor(model);
  const factors: SmoothingFactors =
    options.smoothQuant !== undefined && statistics !== undefined
      ? smoothActivations(editor, statistics, { ...options.smoothQuant, keepFloat: kept })
      : new Map();
  const scales =
    method === "static" && statistics !== undefined
      ? activationScales(editor, statistics, factors, options)
      : undefined;
  const expected =
    options.biasCorrection === true && statistics !== undefined
      ? expectations(editor, statistics, factors, scales)
      : undefined;
  const common = { keepFloat: kept, expected };
  const quantizedLayers =
    method === "weight-only"
      ? quantizeWeights(editor, { ...common, bits })
      : quantizeDense(editor, {
          ...common,
          layout: layoutOf(method, operators),
          scales,
          reduceRange,
          weightScales,
        });
  const tableCount = tables ? quantizeTables(editor) : 0;
  checkModel(model);
  const precision = method === "weight-only" && bits === 4 ? "int4" : "int8";
  return {
    denseLayers: quantizedLayers,
    layers: layers.map((layer) => ({ ...layer, precision: kept.has(layer.name) ? "float32" : precision })),
    tables: tableCount,
    smoothed: factors.size,
    optimization,
  };
}

function checkOptions({ method, operators, bits, ...options }: QuantizeEncoderOptions): void {
  const refuse = (problem: string, remedy: string): never => {
    throw new InvalidArgumentError({ part, problem, remedy });
  };
  const hasTexts = options.calibration !== undefined || options.statistics !== undefined;
  if (method === "static" && !hasTexts) {
    refuse(
      "static quantization has no texts to find the scales of activations on",
      'pass batches as calibration, or their statistics, or choose the method "dynamic"',
    );
  }
  if ((options.smoothQuant !== undefined || options.biasCorrection === true) && !hasTexts) {
    refuse(
      "smoothQuant and biasCorrection have no texts to go by",
      "pass batches as calibration, or their statistics",
    );
  }
  if (method === "weight-only" && operators === "portable") {
    refuse("weights of blocks have no portable operator", 'choose operators "fast", or another method');
  }
  if (bits !== undefined && bits !== 4 && bits !== 8) {
    refuse(`weights of ${JSON.stringify(bits)} bits`, "choose 4 or 8");
  }
  const { weightScales, activationType, symmetricActivations } = options;
  if (weightScales !== undefined && !["per-channel", "per-tensor"].includes(weightScales)) {
    refuse(`weightScales is ${JSON.stringify(weightScales)}`, 'choose "per-channel" or "per-tensor"');
  }
  if (weightScales === "per-tensor" && method === "weight-only") {
    refuse(
      "weights of blocks have a scale for each block",
      "leave weightScales out, or choose another method",
    );
  }
  if (activationType !== undefined && !Object.hasOwn(codesOf, activationType)) {
    refuse(`activationType is ${JSON.stringify(activationType)}`, 'choose "uint8" or "int8"');
  }
  if (method !== "static" && (activationType === "int8" || symmetricActivations === true)) {
    refuse(
      `the method "${method}" has no say in how activations become bytes`,
      'leave activationType and symmetricActivations out, or choose the method "static"',
    );
  }
}

function layoutOf(
  method: "static" | "dynamic",
  operators: "fast" | "portable",
): "static-fused" | "static-qdq" | "dynamic-fused" | "dynamic-standard" {
  if (method === "static") return operators === "fast" ? "static-fused" : "static-qdq";
  return operators === "fast" ? "dynamic-fused" : "dynamic-standard";
}

async function statisticsFor(
  model: OnnxModel,
  layers: readonly LayerDescription[],
  { method, calibration, statistics, smoothQuant, biasCorrection }: QuantizeEncoderOptions,
): Promise<ActivationStatistics | undefined> {
  if (method !== "static" && smoothQuant === undefined && biasCorrection !== true) return undefined;
  const collected = statistics ?? (await collectStatistics(model, calibration ?? []));
  collected.check(layers);
  return collected;
}

/** The scale of every value that dense layers take. */
function activationScales(
  editor: GraphEditor,
  statistics: ActivationStatistics,
  factors: SmoothingFactors,
  options: RangeOptions & ActivationScaleOptions,
): Map<string, ActivationScale> {
  const scales = new Map<string, ActivationScale>();
  for (const { name, input } of denseLayers(editor)) {
    if (scales.has(input)) continue;
    const { minimum, maximum } = rangeOf(statistics.of(name).distribution(factors.get(name)), options);
    scales.set(input, scaleOfRange(minimum, maximum, options));
  }
  return scales;
}

/** What every layer takes on average. */
function expectations(
  editor: GraphEditor,
  statistics: ActivationStatistics,
  factors: SmoothingFactors,
  scales: ReadonlyMap<string, ActivationScale> | undefined,
): Map<string, ExpectedInputs> {
  return new Map(
    denseLayers(editor).map(({ name, input }) => [
      name,
      expectedInputs(statistics.of(name), scales?.get(input), factors.get(name)),
    ]),
  );
}

function namesOfLayers(names: readonly string[], layers: readonly LayerDescription[]): Set<string> {
  const known = new Set(layers.map((layer) => layer.name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return new Set(names);
  throw new InvalidArgumentError({
    part,
    problem: `keepFloat names "${unknown}", which is no dense layer of the model`,
    remedy: "choose among the names that encoderLayers gives",
  });
}
