/** Codes of TensorProto.DataType. */
export const tensorTypeCodes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
} as const;

export type TensorType = keyof typeof tensorTypeCodes;

/** Strings have no fixed size. */
const bitsPerElement: Readonly<Record<Exclude<TensorType, "string">, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
};

const typesByCode = new Map<number, TensorType>(
  Object.entries(tensorTypeCodes).map(([type, code]) => [code, type as TensorType]),
);

export function tensorTypeOf(code: number): TensorType | undefined {
  return typesByCode.get(code);
}

/** Bytes that a tensor's elements take; two elements of four bits share one. NaN for strings. */
export function tensorBytes(type: TensorType, shape: readonly number[]): number {
  if (type === "string") return NaN;
  return Math.ceil((elementCount(shape) * bitsPerElement[type]) / 8);
}

/** A scalar, of no dimensions, has one element. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
