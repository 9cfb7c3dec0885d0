import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { createGunzip } from "node:zlib";
import { createRandom, normalizeForSentencePiece } from "@kokeshi/training";

/**
 * Writes about `wanted` normalised sentences, each file giving the same share, for SentencePiece to train on.
 * Two passes: the first counts, the second keeps each line with the probability that gives the share.
 */
export async function sampleText(
  files: readonly string[],
  wanted: number,
  seed: number,
  out: string,
): Promise<void> {
  const random = createRandom(seed);
  const sink = createWriteStream(out);
  for (const file of files) {
    const probability = wanted / files.length / (await countLines(file));
    for await (const line of lines(file)) {
      if (random() >= probability) continue;
      const text = normalizeForSentencePiece(line);
      if (text !== "" && !sink.write(text + "\n")) await once(sink, "drain");
    }
  }
  sink.end();
  await once(sink, "finish");
}

async function countLines(file: string): Promise<number> {
  let count = 0;
  const counting = lines(file)[Symbol.asyncIterator]();
  while (!(await counting.next()).done) count++;
  return count;
}

function lines(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
}
