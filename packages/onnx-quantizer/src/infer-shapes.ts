import { inferShapes as inferIn, type OnnxModel, type OnnxValue } from "@kokeshi/onnx";
import * as runtime from "onnxruntime-node";

/** Types and shapes of every value that the nodes of a graph compute, as ONNX Runtime infers them. */
export function inferShapes(model: OnnxModel): Promise<Map<string, OnnxValue>> {
  return inferIn(runtime, model);
}
