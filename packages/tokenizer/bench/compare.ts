/*
 * Tokenizes the same texts with Kokeshi, `@huggingface/tokenizers` and the native `tokenizers` (one thread, batches),
 * in turns, and prints medians in MB of UTF-8 a second and ratios. Every round takes texts that no round before it has
 * seen; the first slice warms up.
 * Usage: npm run bench -w @kokeshi/tokenizer [-- TOKENIZER…]   (needs the shared data folder, see KOKESHI_DATA)
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { createTokenizer } from "../src/index.js";

process.env["RAYON_NUM_THREADS"] = "1";
const { Tokenizer: NativeTokenizer } = await import("tokenizers");

const data = process.env["KOKESHI_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const rounds = 5;
const warmUpMilliseconds = 300;
const bytesPerRound = { short: 300_000, long: 700_000 };

interface Task {
  name: string;
  length: "short" | "long";
  texts: string[];
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

function readLines(paths: readonly string[], read: (line: Record<string, string>) => string[]): string[] {
  const lines = paths.flatMap((path) =>
    readText(join(data, "eval", path))
      .trimEnd()
      .split("\n"),
  );
  return [...new Set(lines.flatMap((line) => read(JSON.parse(line) as Record<string, string>)))];
}

const sentences = (line: Record<string, string>) => [line["sentence1"] ?? "", line["sentence2"] ?? ""];
const document = (line: Record<string, string>) => [`${line["title"]} ${line["text"]}`];

const stsFiles = ["train", "dev", "test"].map((split) => `STSBenchmark/${split}.jsonl`);
const tasks: Task[] = [
  { name: "English short", length: "short", texts: readLines(stsFiles, sentences) },
  { name: "English long", length: "long", texts: readLines(["SciFact/corpus.jsonl.gz"], document) },
  { name: "Japanese short", length: "short", texts: readLines(["JSTS/train.jsonl.gz"], sentences) },
  { name: "Japanese long", length: "long", texts: readLines(["JaQuAD-retrieval/corpus.jsonl.gz"], document) },
];

function cut(task: Task): { texts: string[]; bytes: number }[] {
  const total = task.texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const wanted = Math.min(bytesPerRound[task.length], Math.floor(total / (rounds + 1)));
  let slice = { texts: [] as string[], bytes: 0 };
  const slices = [slice];
  for (const text of task.texts) {
    if (slice.bytes >= wanted) {
      if (slices.length === rounds + 1) break;
      slices.push((slice = { texts: [], bytes: 0 }));
    }
    slice.texts.push(text);
    slice.bytes += Buffer.byteLength(text);
  }
  return slices;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Milliseconds of the wall clock, or of the processor where the machine is shared with other work. */
const clock =
  process.env["BENCH_CLOCK"] === "cpu"
    ? () => (process.cpuUsage().user + process.cpuUsage().system) / 1000
    : () => performance.now();

const names = process.argv.slice(2);
for (const name of names.length > 0
  ? names
  : ["bert-base-uncased", "paraphrase-multilingual-mpnet-base-v2"]) {
  const text = readText(name.endsWith(".json") ? name : join(data, "tokenizers", `${name}.json.gz`));
  const json = JSON.parse(text);
  const started = performance.now();
  const ours = createTokenizer(json);
  const created = performance.now() - started;
  const library = new LibraryTokenizer(json, {});
  const native = NativeTokenizer.fromString(text);
  native.disableTruncation();
  native.disablePadding();
  const engines = {
    ours: (texts: string[]) => ours.encodeBatch(texts).ids.length,
    library: (texts: string[]) => texts.map((each) => library.encode(each).ids.length),
    native: async (texts: string[]) => {
      const encodings = await native.encodeBatch(texts);
      return encodings.map((encoding) => encoding.getIds().length);
    },
  };
  print(`${name}: path ${ours.path}, created in ${created.toFixed(0)} ms`);
  for (const task of tasks) {
    const [warmUp, ...slices] = cut(task);
    const speeds: Record<keyof typeof engines, number[]> = { ours: [], library: [], native: [] };
    for (const engine of Object.keys(engines) as (keyof typeof engines)[]) {
      const until = performance.now() + warmUpMilliseconds;
      do await engines[engine](warmUp?.texts ?? []);
      while (performance.now() < until);
    }
    for (const { texts, bytes } of slices) {
      for (const engine of Object.keys(engines) as (keyof typeof engines)[]) {
        const before = clock();
        await engines[engine](texts);
        speeds[engine].push(bytes / 1e3 / (clock() - before));
      }
    }
    const [fast, js, rust] = [median(speeds.ours), median(speeds.library), median(speeds.native)];
    print(
      `  ${task.name.padEnd(15)} ${fast.toFixed(1).padStart(6)} MB/s   library ${js.toFixed(2)} (${(fast / js).toFixed(1)}x)` +
        `   native ${rust.toFixed(2)} (${(fast / rust).toFixed(1)}x)`,
    );
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
