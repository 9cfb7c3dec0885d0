// How fast texts become an index and queries find documents: npm run bench -w @kokeshi/lexical [-- TIMES]
// Processor time on the texts of shared retrieval tasks, each TIMES times over.
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath } from "@kokeshi/test-data";
import { analyzeText, type Analyzer, Bm25Index } from "../src/index.js";

interface TextRow {
  title?: string;
  text: string;
}

function textsOf(task: string, file: string): string[] {
  const plain = dataPath("eval", task, `${file}.jsonl`);
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const rows = bytes
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as TextRow);
  return rows.map(({ title = "", text }) => `${title} ${text}`);
}

function measured<Result>(action: () => Result): { result: Result; seconds: number } {
  const before = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

const times = Number(process.argv[2] ?? 10);
for (const task of ["SciFact", "JaQuAD-retrieval"]) {
  const once = textsOf(task, "corpus");
  const texts = Array.from({ length: times }, () => once).flat();
  const queries = textsOf(task, "queries").slice(0, 200);
  const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  process.stdout.write(`${task}: ${texts.length} documents, ${megabytes.toFixed(1)} MB\n`);
  const analyzers: Analyzer[] = ["mixed", task === "SciFact" ? "words" : "bigrams"];
  for (let round = 0; round < 3; round++) {
    const speeds = analyzers.map((analyzer) => {
      const { seconds } = measured(() => texts.forEach((text) => analyzeText(text, analyzer)));
      return `${analyzer} ${(megabytes / seconds).toFixed(1)} MB/s`;
    });
    const { result: index, seconds } = measured(() => {
      const built = new Bm25Index();
      texts.forEach((text, document) => built.add(document, analyzeText(text)));
      built.score([]);
      return built;
    });
    const search = measured(() => queries.forEach((query) => index.score(analyzeText(query)).nearest(100)));
    const query = ((search.seconds / queries.length) * 1000).toFixed(2);
    process.stdout.write(
      `  terms: ${speeds.join(", ")}; index: ${(megabytes / seconds).toFixed(1)} MB/s; ${query} ms a query\n`,
    );
  }
}
