import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath } from "@kokeshi/test-data";

export interface ScoredSentencePair {
  sentence1: string;
  sentence2: string;
  score: number;
}

export interface RetrievalTask {
  documents: { id: string; text: string }[];
  queries: { id: string; text: string; grades: Map<string, number> }[];
}

/** The rows of `eval/<task>/<file>.jsonl`, gzipped or not. */
export function readRows<Row>(task: string, file: string): Row[] {
  const plain = dataPath("eval", task, `${file}.jsonl`);
  const text = existsSync(plain)
    ? readFileSync(plain, "utf8")
    : gunzipSync(readFileSync(`${plain}.gz`)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

/** A BEIR-shaped task: its test queries, and documents of `title + " " + text`. */
export function readRetrievalTask(task: string): RetrievalTask {
  const grades = new Map<string, Map<string, number>>();
  const [, ...judgements] = readFileSync(dataPath("eval", task, "qrels", "test.tsv"), "utf8")
    .trimEnd()
    .split("\n");
  for (const line of judgements) {
    const [query, document, grade] = line.split("\t") as [string, string, string];
    const ofQuery = grades.get(query) ?? new Map<string, number>();
    grades.set(query, ofQuery.set(document, Number(grade)));
  }
  const documents = readRows<{ _id: string; title?: string; text: string }>(task, "corpus").map(
    ({ _id, title = "", text }) => ({ id: _id, text: `${title} ${text}` }),
  );
  const queries = readRows<{ _id: string; text: string }>(task, "queries").flatMap(({ _id, text }) => {
    const ofQuery = grades.get(_id);
    return ofQuery === undefined ? [] : [{ id: _id, text, grades: ofQuery }];
  });
  return { documents, queries };
}
