import { tensorElements, writeModel, type OnnxModel, type OnnxTensor, type TensorType } from "@kokeshi/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

/** Runs a model once in ONNX Runtime, as it stands: nothing fused, one thread. */
export async function evaluateModel(
  model: OnnxModel,
  inputs: Readonly<Record<string, OnnxTensor>> = {},
): Promise<Map<string, OnnxTensor>> {
  const session = await InferenceSession.create(writeModel(model), {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
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
        const array = data as Exclude<Tensor["data"], string[]>;
        const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
        return [name, { name, type: type as TensorType, shape: dims, data: bytes.slice() }];
      }),
    );
  } finally {
    await session.release();
  }
}
