import { InvalidFileError } from "@kokeshi/core";
import { bytesPerElement, isDataType, type DataType } from "./data-type.js";
import { countJsonKeys, countObjectKeys } from "./json-keys.js";
import { elementCount, type Safetensors, type Tensor } from "./tensor.js";

/** The limit of the reference implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
const longestHeader = 100_000_000;

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, then the tensors.
 *
 * Nothing is copied: every tensor is a view of `bytes`, so a header can claim what it likes and no memory is taken
 * for it. Throws InvalidFileError unless the header fits the file, names are unique, every type is known, every shape
 * fills its range exactly, and the ranges cover the rest of the file without gap or overlap.
 */
export function readSafetensors(bytes: Uint8Array, fileName = "model.safetensors"): Safetensors {
  function fail(problem: string, cause?: unknown): never {
    throw new InvalidFileError({
      part: "model-files",
      problem: `${fileName}: ${problem}`,
      remedy: "download or export the model again",
      cause,
    });
  }

  if (bytes.length < 8) fail(`${bytes.length} bytes are too few for a safetensors file`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > longestHeader || headerLength > bytes.length - 8) {
    fail(`the header claims ${headerLength} bytes of a file of ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  const content = bytes.subarray(8 + headerLength);

  const metadata: Record<string, string> = Object.create(null);
  const tensors = new Map<string, Tensor>();
  const ranges: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(requireObject(entry, "__metadata__", fail))) {
        metadata[key] =
          typeof value === "string" ? value : fail(`__metadata__ has a value that is not a string`);
      }
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, entry, content.length, fail);
    tensors.set(name, { dtype, shape, data: content.subarray(begin, end) });
    ranges.push({ name, begin, end });
  }

  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of ranges) {
    if (begin !== covered)
      fail(`the data of ${JSON.stringify(name)} begins at ${begin} instead of ${covered}`);
    covered = end;
  }
  if (covered !== content.length) fail(`${content.length - covered} bytes at the end belong to no tensor`);
  return { tensors, metadata };
}

type Fail = (problem: string, cause?: unknown) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    fail(`the header is not JSON (${(cause as Error).message})`, cause);
  }
  const object = requireObject(header, "the header", fail);
  // JSON.parse keeps the last of two equal keys, which would hide a tensor.
  if (countJsonKeys(text) !== countObjectKeys(object)) fail("the header names something twice");
  return object;
}

function readEntry(name: string, entry: unknown, contentLength: number, fail: Fail) {
  const where = `tensor ${JSON.stringify(name)}`;
  const { dtype, shape, data_offsets: offsets } = requireObject(entry, where, fail);
  if (!isDataType(dtype)) fail(`${where} has the unknown type ${JSON.stringify(dtype)}`);
  if (!isListOfLengths(shape)) fail(`${where} has no shape of whole numbers`);
  if (!isListOfLengths(offsets) || offsets.length !== 2) fail(`${where} has no data_offsets`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > contentLength) {
    fail(`${where} lies at ${begin} to ${end} of ${contentLength} bytes`);
  }
  const byteLength = elementCount(shape) * bytesPerElement[dtype as DataType];
  if (byteLength !== end - begin) {
    fail(`${where} of shape [${shape.join(", ")}] and type ${dtype} cannot be ${end - begin} bytes long`);
  }
  return { dtype, shape, begin, end };
}

function isListOfLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((length) => Number.isSafeInteger(length) && length >= 0);
}

function requireObject(value: unknown, where: string, fail: Fail): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  return fail(`${where} is not an object`);
}
