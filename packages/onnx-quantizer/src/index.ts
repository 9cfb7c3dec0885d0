export { collectRanges, type ActivationRange, type CalibrationBatch } from "./calibration/min-max.js";
export { evaluateModel } from "./evaluate-model.js";
export { optimizeEncoder, type OptimizationReport } from "./optimize-encoder.js";
export { fuseAttention } from "./passes/fuse-attention.js";
export { fuseGelu } from "./passes/fuse-gelu.js";
export { fuseLayerNorm } from "./passes/fuse-layer-norm.js";
export { scaleOfRange, type ActivationScale } from "./quantize/activation-scale.js";
export { denseLayers, type DenseLayer } from "./quantize/dense-layers.js";
export { quantizeDense, type DenseLayout, type QuantizeDenseOptions } from "./quantize/quantize-dense.js";
