/** The number formats an embedding can be kept in, by the names sentence-transformers gives them. */
export const precisions = ["float32", "int8", "uint8", "binary", "ubinary"] as const;

export type Precision = (typeof precisions)[number];

/** The formats `quantize` makes. */
export type CodePrecision = Exclude<Precision, "float32">;

/** The formats whose codes are positions in a range, and so need a calibration. */
export type ScalarPrecision = Extract<Precision, "int8" | "uint8">;

export function isScalarPrecision(precision: Precision): precision is ScalarPrecision {
  return precision === "int8" || precision === "uint8";
}

/** Bytes one vector takes: four a component in float32, one in int8 and uint8, one bit in binary and ubinary. */
export function bytesPerRow(precision: Precision, dimensions: number): number {
  if (precision === "float32") return dimensions * 4;
  return isScalarPrecision(precision) ? dimensions : Math.ceil(dimensions / 8);
}
