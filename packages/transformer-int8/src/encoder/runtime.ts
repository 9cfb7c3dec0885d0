import { NotFoundError } from "@kokeshi/core";
import type * as OnnxRuntime from "onnxruntime-node";
import { part } from "../invalid-model.js";

export type Runtime = typeof OnnxRuntime;

/** ONNX Runtime, loaded when the first graph is opened: it is large. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new NotFoundError({
      part,
      problem: `ONNX Runtime cannot be loaded (${(cause as Error).message})`,
      remedy:
        "install onnxruntime-node 1.30 for this platform; set ONNXRUNTIME_NODE_INSTALL=skip where its install script has no network",
      cause,
    });
  }
}
