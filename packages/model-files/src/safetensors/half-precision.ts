/** IEEE 754 binary16, by its bits, as a number. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function float16ToFloat32(bits: Uint16Array): Float32Array {
  // A model has millions of values of which only 65,536 can differ.
  const byBits = Float32Array.from({ length: 65_536 }, (_, value) => float16ToNumber(value));
  const result = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) result[index] = byBits[bits[index] as number] as number;
  return result;
}

/** bfloat16 is the upper half of a binary32. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const result = new Float32Array(bits.length);
  const resultBits = new Uint32Array(result.buffer);
  for (let index = 0; index < bits.length; index++) resultBits[index] = (bits[index] as number) << 16;
  return result;
}
