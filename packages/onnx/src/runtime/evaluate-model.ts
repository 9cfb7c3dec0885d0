import type { OnnxModel, OnnxTensor } from "../model.js";
import { tensorElements } from "../tensor-elements.js";
import type { TensorType } from "../tensor-type.js";
import type { OnnxRuntime } from "./onnx-runtime.js";
import { sessionSource } from "./session-source.js";

/** Runs a model once, as it stands: nothing fused, one thread. Gives its outputs by name. */
export async function evaluateModel(
  { InferenceSession, Tensor }: OnnxRuntime,
  model: OnnxModel,
  inputs: Readonly<Record<string, OnnxTensor>> = {},
): Promise<Map<string, OnnxTensor>> {
  const { bytes: modelBytes, options } = sessionSource(model);
  const session = await InferenceSession.create(modelBytes, {
    ...options,
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [
        name,
        new Tensor(tensor.type as "float32", tensorElements(tensor) as Float32Array, tensor.shape),
      ]),
    );
    const outputs = await session.run(feeds);
    return new Map(
      Object.entries(outputs).map(([name, { type, dims, data }]) => {
        // float16 elements come as their bits, like everything else that ONNX Runtime gives in typed arrays.
        const { buffer, byteOffset, byteLength } = data as ArrayBufferView;
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        return [name, { name, type: type as TensorType, shape: dims, data: bytes.slice() }];
      }),
    );
  } finally {
    await session.release();
  }
}
