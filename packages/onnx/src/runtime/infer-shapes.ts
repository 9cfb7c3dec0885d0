import type { OnnxModel, OnnxValue } from "../model.js";
import type { TensorType } from "../tensor-type.js";
import type { OnnxRuntime } from "./onnx-runtime.js";
import { sessionSource } from "./session-source.js";

/**
 * Types and shapes of every value that the nodes of a graph compute, as ONNX Runtime infers them: sizes, names of
 * sizes where it can tell them, null elsewhere. Throws what ONNX Runtime says about a model that is not valid.
 */
export async function inferShapes(
  { InferenceSession }: Pick<OnnxRuntime, "InferenceSession">,
  model: OnnxModel,
): Promise<Map<string, OnnxValue>> {
  const names = model.graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== ""));
  const outputs = Array.from(new Set(names), (name): OnnxValue => ({ name }));
  const { bytes, options } = sessionSource({ ...model, graph: { ...model.graph, outputs } });
  const session = await InferenceSession.create(bytes, {
    ...options,
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 4,
  });
  try {
    return new Map(
      session.outputMetadata.map((metadata) => {
        const { name } = metadata;
        if (!metadata.isTensor) return [name, { name }];
        // A size without a name comes as an empty name.
        const shape = metadata.shape.map((size) => (size === "" ? null : size));
        return [name, { name, type: metadata.type as TensorType, shape }];
      }),
    );
  } finally {
    await session.release();
  }
}
