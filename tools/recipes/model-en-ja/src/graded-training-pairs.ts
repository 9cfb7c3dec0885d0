import { readFile } from "node:fs/promises";
import { dataPath } from "@kokeshi/test-data";
import { readGradedPairs, type GradedTextPair } from "@kokeshi/training";

/** The graded pairs of JSTS's training split without those that share a sentence with its test split. */
export async function* gradedTrainingPairs(): AsyncGenerator<GradedTextPair> {
  const test = await readFile(dataPath("eval", "JSTS", "test.jsonl"), "utf8");
  const tested = new Set<string>();
  for (const line of test.trimEnd().split("\n")) {
    const { sentence1, sentence2 } = JSON.parse(line) as GradedTextPair;
    tested.add(sentence1).add(sentence2);
  }
  for await (const pair of readGradedPairs(dataPath("eval", "JSTS", "train.jsonl.gz")))
    if (!tested.has(pair.sentence1) && !tested.has(pair.sentence2)) yield pair;
}
