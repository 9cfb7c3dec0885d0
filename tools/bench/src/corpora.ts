import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { NotFoundError } from "@kokeshi/core";
import { shuffle } from "./shuffle.js";

export type CorpusName = keyof typeof corpora;

interface CorpusDescription {
  /** As the reports say it. */
  label: string;
  /** Relative to the data folder; a file may also lie there with `.gz` after its name. */
  files: readonly string[];
  /** The texts of one line. */
  read: (line: string) => (string | undefined)[];
}

/** The texts of the comparison, all from the shared data. */
export const corpora = {
  "english-short": {
    label: "English, short (STSBenchmark sentences)",
    files: ["train", "dev", "test"].map((split) => `eval/STSBenchmark/${split}.jsonl`),
    read: sentences,
  },
  "english-long": {
    label: "English, long (SciFact abstracts)",
    files: ["eval/SciFact/corpus.jsonl"],
    read: document,
  },
  "japanese-short": {
    label: "Japanese, short (JSTS sentences)",
    files: ["train", "test"].map((split) => `eval/JSTS/${split}.jsonl`),
    read: sentences,
  },
  "japanese-long": {
    label: "Japanese, long (JaQuAD paragraphs)",
    files: ["eval/JaQuAD-retrieval/corpus.jsonl"],
    read: document,
  },
  "english-lines": {
    label: "English lines (training text, 95 bytes on average)",
    files: ["train/text.en.txt"],
    read: (line: string) => [line],
  },
  "japanese-lines": {
    label: "Japanese lines (training text, 115 bytes on average)",
    files: ["train/text.ja.txt"],
    read: (line: string) => [line],
  },
} satisfies Record<string, CorpusDescription>;

interface Row {
  sentence1?: string;
  sentence2?: string;
  title?: string;
  text?: string;
}

function sentences(line: string): (string | undefined)[] {
  const row = JSON.parse(line) as Row;
  return [row.sentence1, row.sentence2];
}

function document(line: string): (string | undefined)[] {
  const row = JSON.parse(line) as Row;
  return [`${row.title} ${row.text}`];
}

/**
 * Every distinct text of a corpus, in an order that is the same in every process. Shuffled, because the files are
 * sorted by genre and a slice should be like any other.
 *
 * Throws NotFoundError where the data is absent.
 */
export function readCorpus(name: CorpusName, dataFolder: string): string[] {
  const { files, read } = corpora[name];
  const texts = new Set<string>();
  for (const file of files) {
    for (const line of readText(join(dataFolder, file)).trimEnd().split("\n")) {
      // A copy: a string that V8 made by joining or cutting others is flattened by whoever reads it first.
      for (const text of read(line)) if (text) texts.add(Buffer.from(text).toString());
    }
  }
  return shuffle([...texts]);
}

/** The text of a file that may be gzipped, with or without `.gz` in the name given. */
export function readText(path: string): string {
  const found = [path, `${path}.gz`].find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new NotFoundError({
      part: "bench",
      problem: `${path} is missing`,
      remedy: "set KOKESHI_DATA to the folder with the shared evaluation data (eval, tokenizers, train)",
    });
  }
  const bytes = readFileSync(found);
  return (found.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}
