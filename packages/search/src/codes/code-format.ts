import type { Embeddings } from "@kokeshi/core";
import { bytesPerRow, type Decoding, decodingFor, quantize } from "@kokeshi/quantization";
import { type CodeKind, codeKind, type CodeSettings } from "../settings.js";

/** Turns vectors into the codes of one stage, as the kernels and the file want them, and says what codes stand for. */
export interface CodeFormat extends CodeSettings {
  readonly kind: CodeKind;
  /** Bytes of a row, without padding. */
  readonly width: number;
  /** Of int8 and bits; int8 without ranges, before the first vectors, has none. */
  readonly decoding: Decoding | undefined;
}

/** Formats that were made: each search asks for them. */
const formats = new WeakMap<CodeSettings, CodeFormat>();

export function codeFormat(settings: CodeSettings): CodeFormat {
  let format = formats.get(settings);
  if (format === undefined) formats.set(settings, (format = newFormat(settings)));
  return format;
}

function newFormat(settings: CodeSettings): CodeFormat {
  const { precision, dimensions, calibration } = settings;
  const kind = codeKind(precision);
  const isDecoded = kind === "bits" || (kind === "int8" && calibration !== undefined);
  return {
    ...settings,
    kind,
    width: bytesPerRow(precision, dimensions),
    decoding: isDecoded
      ? decodingFor(kind === "bits" ? "ubinary" : "int8", dimensions, calibration)
      : undefined,
  };
}

/** `rows x width` bytes: float32 in the byte order of the machine (little-endian), int8, or packed bits. */
export function encodeRows({ calibration, kind }: CodeFormat, vectors: Embeddings): Uint8Array {
  if (kind === "float32") {
    const { buffer, byteOffset, byteLength } = vectors.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const { data } = quantize(vectors, kind === "int8" ? "int8" : "ubinary", calibration);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
