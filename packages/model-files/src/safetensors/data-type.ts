/** Element types of the safetensors format and their size in bytes. */
export const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;

export type DataType = keyof typeof bytesPerElement;

export function isDataType(value: unknown): value is DataType {
  return typeof value === "string" && Object.hasOwn(bytesPerElement, value);
}
