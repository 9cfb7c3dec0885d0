import { bytesPerRow, type Precision } from "@kokeshi/quantization";
import type { AtomicFile } from "./atomic-file.js";
import type { VectorWriter } from "./vector-batch.js";

const headerBytes = 128;

/**
 * A NumPy file, version 1.0: a header of 128 bytes and the rows, little-endian, in C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). The header is written again at the end,
 * when the number of rows is known.
 */
export async function npyWriter(
  file: AtomicFile,
  precision: Precision,
  dimensions: number,
): Promise<VectorWriter> {
  const columns = precision === "float32" ? dimensions : bytesPerRow(precision, dimensions);
  let rows = 0;
  await file.write(npyHeader(precision, rows, columns));
  return {
    async write({ ids, values }) {
      rows += ids.length;
      await file.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    },
    async end() {
      await file.overwrite(npyHeader(precision, rows, columns), 0);
    },
  };
}

function npyHeader(precision: Precision, rows: number, columns: number): Uint8Array {
  const type = { float32: "<f4", int8: "|i1", binary: "|i1", uint8: "|u1", ubinary: "|u1" }[precision];
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const preamble = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, headerBytes - 10, 0]);
  return Buffer.concat([preamble, Buffer.from(`${dictionary.padEnd(headerBytes - 11)}\n`, "latin1")]);
}
