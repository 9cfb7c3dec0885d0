import { evaluateModel as evaluateIn, type OnnxModel, type OnnxTensor } from "@kokeshi/onnx";
import * as runtime from "onnxruntime-node";

/** Runs a model once in ONNX Runtime, as it stands: nothing fused, one thread. */
export function evaluateModel(
  model: OnnxModel,
  inputs?: Readonly<Record<string, OnnxTensor>>,
): Promise<Map<string, OnnxTensor>> {
  return evaluateIn(runtime, model, inputs);
}
