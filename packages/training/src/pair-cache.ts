import { readFile, rename, writeFile } from "node:fs/promises";
import { InvalidFileError } from "@kokeshi/core";
import { pairSource, type PairSource } from "./pair-source.js";

/** "KKPAIRS1" in eight bytes, then the lengths of the four arrays, then the arrays, all little-endian. */
const magic = "KKPAIRS1";
const headerBytes = 8 + 4 * 4;

/** Keeps tokenised pairs on disk, for the next run over the same data and tokenizer. */
export async function writePairCache(path: string, { anchors, positives }: PairSource): Promise<void> {
  const arrays = [anchors.ids, anchors.starts, positives.ids, positives.starts];
  const header = Buffer.alloc(headerBytes);
  header.write(magic, "latin1");
  arrays.forEach((array, index) => header.writeUInt32LE(array.length, 8 + 4 * index));
  const partial = `${path}.partial`;
  await writeFile(
    partial,
    Buffer.concat([
      header,
      ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
    ]),
  );
  await rename(partial, path);
}

/** Throws InvalidFileError for a file that `writePairCache` did not write. */
export async function readPairCache(path: string, name: string): Promise<PairSource> {
  const file = await readFile(path);
  const fault = (problem: string): InvalidFileError =>
    new InvalidFileError({
      part: "training",
      problem: `${path}: ${problem}`,
      remedy: "delete it and tokenise again",
    });
  if (file.length < headerBytes || file.toString("latin1", 0, 8) !== magic)
    throw fault("not a cache of token pairs");
  const lengths = [0, 1, 2, 3].map((index) => file.readUInt32LE(8 + 4 * index));
  const expected = headerBytes + 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (file.length !== expected) throw fault(`${file.length} bytes instead of ${expected}`);
  let offset = headerBytes;
  const [anchorIds, anchorStarts, positiveIds, positiveStarts] = lengths.map((length) => {
    const array = new Uint32Array(
      file.buffer.slice(file.byteOffset + offset, file.byteOffset + offset + 4 * length),
    );
    offset += 4 * length;
    return array;
  }) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  const consistent = (ids: Uint32Array, starts: Uint32Array): boolean =>
    starts[0] === 0 &&
    starts.at(-1) === ids.length &&
    starts.every((start, index) => index === 0 || start >= (starts[index - 1] as number));
  if (
    anchorStarts.length !== positiveStarts.length ||
    !consistent(anchorIds, anchorStarts) ||
    !consistent(positiveIds, positiveStarts)
  ) {
    throw fault("its arrays contradict each other");
  }
  return pairSource(
    name,
    { ids: anchorIds, starts: anchorStarts },
    { ids: positiveIds, starts: positiveStarts },
  );
}
