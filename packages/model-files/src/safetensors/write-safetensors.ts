import { InvalidArgumentError } from "@kokeshi/core";
import { bytesPerElement } from "./data-type.js";
import { elementCount, type Tensor } from "./tensor.js";

/**
 * Writes a safetensors file. As in the reference implementation the widest types come first and the header is padded
 * with spaces to a multiple of eight bytes, so that every tensor starts at a multiple of its element size.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, Tensor][];
  for (const [name, tensor] of entries) requireConsistent(name, tensor);
  entries.sort(
    ([nameA, a], [nameB, b]) =>
      bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let contentLength = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const end = contentLength + data.length;
    header.push([name, { dtype, shape, data_offsets: [contentLength, end] }]);
    contentLength = end;
  }
  const json = new TextEncoder().encode(writeObject(header));
  const headerLength = Math.ceil(json.length / 8) * 8;

  const bytes = new Uint8Array(8 + headerLength + contentLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(data, position);
    position += data.length;
  }
  return bytes;
}

/** JSON.stringify of an object would move names such as "0" to the front and lose "__proto__". */
function writeObject(entries: readonly [string, unknown][]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

function requireConsistent(name: string, { dtype, shape, data }: Tensor): void {
  if (name !== "__metadata__" && elementCount(shape) * bytesPerElement[dtype] === data.length) return;
  throw new InvalidArgumentError({
    part: "model-files",
    problem: `tensor ${JSON.stringify(name)} of shape [${shape.join(", ")}] and type ${dtype} has ${data.length} bytes`,
    remedy: "pass as many bytes as shape and type ask for, under a name other than __metadata__",
  });
}
