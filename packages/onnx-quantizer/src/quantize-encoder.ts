import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphEditor, type OnnxModel } from "@kokeshi/onnx";
import type { ActivationStatistics } from "./calibration/activation-statistics.js";
import type { CalibrationBatch } from "./calibration/calibration-batch.js";
import { collectStatistics } from "./calibration/collect-statistics.js";
import { rangeOf, type RangeOptions } from "./calibration/ranges/range-of.js";
import { optimizeEncoder, type OptimizationReport } from "./optimize-encoder.js";
import { part } from "./part.js";
import { scaleOfRange, type ActivationScale } from "./quantize/activation-scale.js";
import { denseLayers, encoderLayers, type LayerDescription } from "./quantize/dense-layers.js";
import { quantizeDense } from "./quantize/quantize-dense.js";
import { quantizeTables } from "./quantize/quantize-tables.js";

export interface QuantizeEncoderOptions extends RangeOptions {
  /**
   * "static": activations have scales found beforehand on `calibration`, so that a text's vector does not depend on the
   * texts beside it. "dynamic": every run finds them anew; needs no texts.
   */
  method: "static" | "dynamic";
  /** Batches of real texts, as the model takes them, for "static"; padding does not count. They are read once. */
  calibration?: Iterable<CalibrationBatch> | AsyncIterable<CalibrationBatch>;
  /** Instead of `calibration`: what `collectStatistics` found on this model, for any number of calls. */
  statistics?: ActivationStatistics;
  /**
   * "fast" (default): operators of ONNX Runtime's own, measured fastest. "portable": ONNX's operators alone, for other
   * runtimes.
   */
  operators?: "fast" | "portable";
  /** Embedding tables as INT8 too. Default: true. */
  tables?: boolean;
  /** Names of dense layers (`encoderLayers`) that stay float32: what a tuner falls back to. */
  keepFloat?: readonly string[];
  /** Weights of 7 bits, for CPUs that add products of bytes in 16 bits (AVX2 without VNNI). Default: false. */
  reduceRange?: boolean;
}

/** A dense layer, and what became of it. */
export interface LayerReport extends LayerDescription {
  precision: "float32" | "int8";
}

export interface QuantizationReport {
  /** Dense layers that are INT8 now. */
  denseLayers: number;
  /** Every dense layer, in the order in which they are computed. */
  layers: LayerReport[];
  tables: number;
  /** What was rewritten before; none for portable models. */
  optimization: OptimizationReport | undefined;
}

/**
 * Makes a float32 encoder INT8, in place. Throws InvalidFileError for a model without dense layers, such as one that
 * is quantized already.
 */
export async function quantizeEncoder(
  model: OnnxModel,
  {
    method,
    calibration,
    statistics,
    rangeMethod,
    percentile,
    operators = "fast",
    tables = true,
    keepFloat = [],
    reduceRange = false,
  }: QuantizeEncoderOptions,
): Promise<QuantizationReport> {
  const isStatic = method === "static";
  if (isStatic && calibration === undefined && statistics === undefined) {
    throw new InvalidArgumentError({
      part,
      problem: "static quantization has no texts to find the scales of activations on",
      remedy: 'pass batches as calibration, or their statistics, or choose the method "dynamic"',
    });
  }
  const layers = encoderLayers(model);
  if (layers.length === 0) {
    throw new InvalidFileError({
      part,
      problem: "the model has no MatMul with constant float32 weights",
      remedy: "pass the float32 model of an encoder",
    });
  }
  const kept = namesOfLayers(keepFloat, layers);
  const fast = operators === "fast";
  const optimization = fast ? await optimizeEncoder(model) : undefined;
  const editor = new GraphEditor(model);
  const scales = isStatic
    ? scalesOf(editor, statistics ?? (await collectStatistics(model, calibration ?? [])), {
        rangeMethod,
        percentile,
      })
    : undefined;
  const fastLayout = isStatic ? "static-fused" : "dynamic-fused";
  const portableLayout = isStatic ? "static-qdq" : "dynamic-standard";
  const layout = fast ? fastLayout : portableLayout;
  return {
    denseLayers: quantizeDense(editor, { layout, scales, keepFloat: kept, reduceRange }),
    layers: layers.map((layer) => ({ ...layer, precision: kept.has(layer.name) ? "float32" : "int8" })),
    tables: tables ? quantizeTables(editor) : 0,
    optimization,
  };
}

/** The scale of every value that dense layers take. */
function scalesOf(
  editor: GraphEditor,
  statistics: ActivationStatistics,
  options: RangeOptions,
): Map<string, ActivationScale> {
  const layers = denseLayers(editor);
  statistics.check(layers);
  const scales = new Map<string, ActivationScale>();
  for (const { name, input } of layers) {
    if (scales.has(input)) continue;
    const { minimum, maximum } = rangeOf(statistics.of(name).distribution(), options);
    scales.set(input, scaleOfRange(minimum, maximum));
  }
  return scales;
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
