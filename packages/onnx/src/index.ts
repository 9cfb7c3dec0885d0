export { float, floats, int, ints, string } from "./attributes.js";
export { GraphBuilder, type NodeOptions, type ValueName } from "./graph-builder.js";
export {
  tensorTypeCodes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type TensorType,
} from "./model.js";
export { writeModel } from "./write-model.js";
