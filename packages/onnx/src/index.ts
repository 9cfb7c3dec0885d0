export { float, floats, int, ints, string } from "./attributes.js";
export { checkModel } from "./check-model.js";
export { copyModel } from "./copy-model.js";
export { everyTensor, subgraphs } from "./every-graph.js";
export {
  attachExternalData,
  externalLocations,
  loadExternalData,
  type ReadExternalFile,
} from "./external-data.js";
export { externalFilesOf, type ExternalFiles } from "./external-files.js";
export { externalFilesIn } from "./external-files-on-disk.js";
export { foldConstants, type EvaluateModel, type FoldingOptions } from "./fold-constants.js";
export { GraphBuilder, type NodeOptions, type ValueName } from "./graph-builder.js";
export { GraphEditor, nodeName, takenBy, type NewNode } from "./graph-editor.js";
export type {
  Dimension,
  ExternalTensorData,
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "./model.js";
export { foldSizes } from "./passes/fold-sizes.js";
export { fuseAttention, type FuseAttentionOptions } from "./passes/fuse-attention.js";
export { readModel } from "./read-model.js";
export { evaluateModel } from "./runtime/evaluate-model.js";
export { inferShapes } from "./runtime/infer-shapes.js";
export type {
  OnnxRuntime,
  OnnxRuntimeOptions,
  OnnxRuntimeSession,
  OnnxRuntimeTensor,
  OnnxRuntimeValue,
} from "./runtime/onnx-runtime.js";
export { sessionSource, type SessionSource } from "./runtime/session-source.js";
export {
  float16Bits,
  float16Value,
  float32Elements,
  integerElements,
  tensorData,
  tensorElements,
  type TensorElements,
} from "./tensor-elements.js";
export { elementCount, tensorBytes, tensorTypeCodes, type TensorType } from "./tensor-type.js";
export {
  writeModel,
  writeModelFiles,
  writeModelWithExternalData,
  type ExternalDataOptions,
  type ModelFilesOptions,
  type ModelWithExternalData,
} from "./write-model.js";
