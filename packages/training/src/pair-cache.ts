import { readFile, rename, writeFile } from "node:fs/promises";
import { InvalidFileError } from "@kokeshi/core";
import { pairSource, type PairSource } from "./pair-source.js";
import type { TokenRows } from "./token-rows.js";

/**
 * "KKPAIRS" and the number of token lists that a pair has less one, in eight bytes ("1": anchors and positives, "2":
 * negatives too), then the lengths of their arrays (ids and starts of each list), then the arrays, all little-endian.
 */
const magic = /^KKPAIRS([12])$/;

/** Keeps tokenised pairs on disk, for the next run over the same data and tokenizer. */
export async function writePairCache(
  path: string,
  { anchors, positives, negatives }: PairSource,
): Promise<void> {
  const lists = negatives === undefined ? [anchors, positives] : [anchors, positives, negatives];
  const arrays = lists.flatMap(({ ids, starts }) => [ids, starts]);
  const header = Buffer.alloc(8 + 4 * arrays.length);
  header.write(`KKPAIRS${lists.length - 1}`, "latin1");
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
  const lists = Number(magic.exec(file.toString("latin1", 0, 8))?.[1]) + 1;
  const headerBytes = 8 + 8 * lists;
  if (!(file.length >= headerBytes)) throw fault("not a cache of token pairs");
  const lengths = Array.from({ length: 2 * lists }, (_, index) => file.readUInt32LE(8 + 4 * index));
  const expected = headerBytes + 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (file.length !== expected) throw fault(`${file.length} bytes instead of ${expected}`);
  let offset = headerBytes;
  const arrays = lengths.map((length) => {
    const bytes = file.buffer.slice(file.byteOffset + offset, file.byteOffset + offset + 4 * length);
    offset += 4 * length;
    return new Uint32Array(bytes);
  });
  const [anchors, positives, negatives] = Array.from({ length: lists }, (_, list) => ({
    ids: arrays[2 * list] as Uint32Array,
    starts: arrays[2 * list + 1] as Uint32Array,
  })) as [TokenRows, TokenRows, TokenRows?];
  const consistent = ({ ids, starts }: TokenRows): boolean =>
    starts.length === anchors.starts.length &&
    starts[0] === 0 &&
    starts.at(-1) === ids.length &&
    starts.every((start, index) => index === 0 || start >= (starts[index - 1] as number));
  if (!consistent(anchors) || !consistent(positives) || (negatives && !consistent(negatives)))
    throw fault("its arrays contradict each other");
  return pairSource(name, anchors, positives, negatives);
}
