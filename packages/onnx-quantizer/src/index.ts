export { tokenBatches, type TokenBatchOptions } from "./calibration/token-batches.js";
export { ActivationStatistics, layerRanges } from "./calibration/activation-statistics.js";
export type { CalibrationBatch } from "./calibration/calibration-batch.js";
export { collectStatistics, type CollectOptions } from "./calibration/collect-statistics.js";
export { parseStatistics } from "./calibration/parse-statistics.js";
export type { Distribution, ValueStatistics } from "./calibration/value-statistics.js";
export type { ExpectedInputs } from "./quantize/expected-inputs.js";
export type { ActivationRange } from "./calibration/ranges/activation-range.js";
export { rangeMethods, type RangeMethod, type RangeOptions } from "./calibration/ranges/range-of.js";
export { evaluateModel } from "./evaluate-model.js";
export { inferShapes } from "./infer-shapes.js";
export { optimizeEncoder, type OptimizationReport } from "./optimize-encoder.js";
export { foldSizes } from "./passes/fold-sizes.js";
export { fuseAttention, type FuseAttentionOptions } from "./passes/fuse-attention.js";
export { fuseGelu } from "./passes/fuse-gelu.js";
export { fuseLayerNorm } from "./passes/fuse-layer-norm.js";
export {
  scaleOfRange,
  type ActivationScale,
  type ActivationScaleOptions,
  type ActivationType,
} from "./quantize/activation-scale.js";
export {
  denseLayers,
  encoderLayers,
  type DenseLayer,
  type LayerDescription,
} from "./quantize/dense-layers.js";
export { quantizeDense, type DenseLayout, type QuantizeDenseOptions } from "./quantize/quantize-dense.js";
export type { WeightScales } from "./quantize/quantized-weights.js";
export { quantizeTables, type QuantizeTablesOptions } from "./quantize/quantize-tables.js";
export { quantizeWeights, type QuantizeWeightsOptions } from "./quantize/quantize-weights.js";
export {
  smoothActivations,
  type SmoothActivationsOptions,
  type SmoothingFactors,
} from "./quantize/smooth-activations.js";
export { storeFloat16, type StoreFloat16Options } from "./quantize/store-float16.js";
export {
  quantizeEncoder,
  type LayerReport,
  type QuantizationReport,
  type QuantizeEncoderOptions,
} from "./quantize-encoder.js";
export * from "./tuning/index.js";
