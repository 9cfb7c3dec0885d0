import { fuseAttention as fuseIn, type FuseAttentionOptions, type GraphEditor } from "@kokeshi/onnx";
import * as runtime from "onnxruntime-node";

export type { FuseAttentionOptions };

/** The pass of that name of @kokeshi/onnx, on onnxruntime-node. */
export function fuseAttention(editor: GraphEditor, options?: FuseAttentionOptions): Promise<number> {
  return fuseIn(editor, runtime, options);
}
