import { bytesPerElement } from "./data-type.js";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-precision.js";
import type { Tensor } from "./tensor.js";

export type TensorValues = Int8Array | Int32Array | Float32Array | Float64Array;

/**
 * The elements of a tensor as numbers: a view where its bytes are aligned and the type has a typed array, a copy
 * otherwise (float16 and bfloat16 widen to float32, int64 to float64). `undefined` for types that no model here uses.
 *
 * Typed arrays are little-endian wherever JavaScript runs today, as safetensors are.
 */
export function tensorValues({ dtype, data }: Tensor): TensorValues | undefined {
  const width = bytesPerElement[dtype];
  // Not slice(): that of Node's Buffer copies nothing.
  const { buffer, byteOffset, byteLength } = data.byteOffset % width === 0 ? data : new Uint8Array(data);
  const length = byteLength / width;
  switch (dtype) {
    case "I8":
      return new Int8Array(buffer, byteOffset, length);
    case "I32":
      return new Int32Array(buffer, byteOffset, length);
    case "I64":
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, length), Number);
    case "F16":
      return float16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case "BF16":
      return bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, length));
    case "F32":
      return new Float32Array(buffer, byteOffset, length);
    case "F64":
      return new Float64Array(buffer, byteOffset, length);
    default:
      return undefined;
  }
}

/** A tensor over the memory of a typed array. */
export function tensorOf(
  values: Int8Array | Int32Array | Float32Array | Float64Array,
  shape: readonly number[],
): Tensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (values instanceof Int8Array) return { dtype: "I8", shape, data };
  if (values instanceof Int32Array) return { dtype: "I32", shape, data };
  return { dtype: values instanceof Float32Array ? "F32" : "F64", shape, data };
}
