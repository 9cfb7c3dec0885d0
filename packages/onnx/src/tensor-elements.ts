import { InvalidArgumentError } from "@kokeshi/core";
import type { OnnxTensor } from "./model.js";
import type { TensorType } from "./tensor-type.js";

const views = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  // JavaScript has no array of them before Float16Array: their bits.
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const satisfies Partial<Record<TensorType, unknown>>;

type Views = typeof views;

/** The array that holds a tensor of this type. */
export type TensorElements<T extends keyof Views = keyof Views> = InstanceType<Views[T]>;

/**
 * A tensor's elements as numbers, row-major: a view of its bytes where they are aligned (what the writer of this
 * package and most exporters give), else a copy. float16 and bfloat16 come as bits; `float32Elements` widens them.
 */
export function tensorElements(tensor: OnnxTensor): TensorElements {
  const View = views[tensor.type as keyof Views] as Views[keyof Views] | undefined;
  if (View === undefined) throw fault(tensor, `has elements of type ${tensor.type}`);
  const data = tensorData(tensor);
  // Not slice(): a Buffer's gives a view.
  const aligned = data.byteOffset % View.BYTES_PER_ELEMENT === 0 ? data : new Uint8Array(data);
  return new View(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / View.BYTES_PER_ELEMENT);
}

/** A tensor's bytes, read from its file where they lie in one that is attached. */
export function tensorData(tensor: OnnxTensor): Uint8Array {
  const { external } = tensor;
  if (external === undefined) return tensor.data;
  if (external.files === undefined) throw fault(tensor, `lies in ${external.location}`);
  return external.files.read(external.location, external.offset, external.length);
}

/** A tensor of floats as float32: a view where it is that already, else widened or rounded. */
export function float32Elements(tensor: OnnxTensor): Float32Array {
  const elements = tensorElements(tensor);
  switch (tensor.type) {
    case "float32":
      return elements as Float32Array;
    case "float64":
      return Float32Array.from(elements as Float64Array);
    case "float16":
      return Float32Array.from(elements as Uint16Array, float16Value);
    case "bfloat16": {
      const bits = Uint32Array.from(elements as Uint16Array, (half) => half << 16);
      return new Float32Array(bits.buffer);
    }
    default:
      throw fault(tensor, `has elements of type ${tensor.type}, which are not floats`);
  }
}

/** A tensor of whole numbers as numbers; exact up to 2^53. */
export function integerElements(tensor: OnnxTensor): number[] {
  return Array.from(tensorElements(tensor) as ArrayLike<number | bigint>, Number);
}

/** IEEE 754 half precision: sign, 5 bits of exponent, 10 of fraction. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const float32Cell = new Float32Array(1);
const bitsCell = new Uint32Array(float32Cell.buffer);

/** The nearest half-precision number, ties to even, as its bits; beyond 65504 infinity. */
export function float16Bits(value: number): number {
  float32Cell[0] = value;
  const bits = bitsCell[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are multiples of 2^-24.
  if (magnitude < 0x38800000) return sign | roundHalfToEven(Math.abs(float32Cell[0]) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function fault(tensor: OnnxTensor, problem: string): InvalidArgumentError {
  return new InvalidArgumentError({
    part: "onnx",
    problem: `the tensor ${tensor.name} ${problem}`,
    remedy:
      tensor.external === undefined
        ? "read its bytes from `data`"
        : "call loadExternalData or attachExternalData first",
  });
}
