import { float16Value } from "@kokeshi/onnx";

let values: Float32Array | undefined;

/** What a float16 output holds: its bits, or, where the engine has them, a Float16Array. */
export function widenFloat16(data: ArrayLike<number>): Float32Array {
  if (!(data instanceof Uint16Array)) return Float32Array.from(data);
  values ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16Value(bits));
  const wide = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) wide[i] = values[data[i] as number] as number;
  return wide;
}
