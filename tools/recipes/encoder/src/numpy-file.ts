import { rename, writeFile } from "node:fs/promises";
import { endianness } from "node:os";

function description(values: Uint16Array | Uint32Array | Float32Array): string {
  if (values instanceof Uint16Array) return "<u2";
  return values instanceof Uint32Array ? "<u4" : "<f4";
}

/**
 * Writes an array as a NumPy file, version 1.0 (numpy/lib/format.py), which Python maps into memory as it is. The file
 * appears under its name only when it is whole.
 *
 * @param columns makes it a matrix of rows of that many columns
 */
export async function writeNumpyFile(
  path: string,
  values: Uint16Array | Uint32Array | Float32Array,
  columns?: number,
): Promise<void> {
  if (endianness() !== "LE") throw new Error("the cache is little-endian, and this machine is not");
  const shape = columns === undefined ? `${values.length},` : `${values.length / columns}, ${columns}`;
  const dictionary = `{'descr': '${description(values)}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Magic, version and length of the header take ten bytes; data begin at a multiple of 64.
  const header = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + "\n";
  const start = Buffer.alloc(10);
  start.write("\x93NUMPY\x01\x00", "latin1");
  start.writeUInt16LE(header.length, 8);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  await writeFile(`${path}.partial`, Buffer.concat([start, Buffer.from(header, "latin1"), bytes]));
  await rename(`${path}.partial`, path);
}
