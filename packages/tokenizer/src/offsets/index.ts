export { createOffsetEncoder, type OffsetEncoder, type OffsetEncoding } from "./offset-encoder.js";
export { UnsupportedOffsetsError } from "./unsupported-offsets.js";
export type { EncodeOptions } from "../tokenizer.js";
