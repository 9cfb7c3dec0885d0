import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { normalizeForSentencePiece, wordsForSentencePiece } from "@kokeshi/training";

/** Counts the words of gzipped text files, and writes them as lines of word, tab, count for SentencePiece to train on. */
export async function countWords(files: readonly string[], out: string): Promise<void> {
  const counts = new Map<string, number>();
  for (const file of files) {
    for await (const line of lines(file)) {
      for (const word of wordsForSentencePiece(normalizeForSentencePiece(line)))
        counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  await writeFile(out, [...counts].map(([word, count]) => `${word}\t${count}\n`).join(""));
}

function lines(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
}
