import { foldSizes as foldIn, type OnnxModel } from "@kokeshi/onnx";
import * as runtime from "onnxruntime-node";

/** The pass of that name of @kokeshi/onnx, on onnxruntime-node. */
export function foldSizes(model: OnnxModel): Promise<number> {
  return foldIn(model, runtime);
}
