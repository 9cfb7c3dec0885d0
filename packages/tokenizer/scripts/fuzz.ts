/*
 * Compares ids with those of the native `tokenizers` on random texts, for every tokenizer of the shared data folder
 * that takes the fast path.
 * Usage: npm run fuzz -w @kokeshi/tokenizer -- [--count 100000] [--seed 1] [--only NAME]
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { findDifferences } from "../src/fast/fixtures/compare-with-native.js";
import { randomTexts } from "../src/fast/fixtures/random-text.js";
import { createTokenizer } from "../src/index.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const data = process.env["KOKESHI_DATA"] ?? join(import.meta.dirname, "../../../../shared/data");
const count = Number(values.count);
const batch = 2000;
let failed = false;

for (const path of tokenizerFiles()) {
  const name = basename(path).replace(/\.json(\.gz)?$/, "");
  if (values.only !== undefined && !path.includes(values.only)) continue;
  const bytes = readFileSync(path);
  const json = JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()) as object;
  const tokenizer = createTokenizer(json);
  if (tokenizer.path !== "fast") continue;
  const extras = [...tokenizer.vocabulary().keys()];
  let different = 0;
  for (let done = 0; done < count; done += batch) {
    const texts = randomTexts(Number(values.seed) + done, Math.min(batch, count - done), extras);
    for (const difference of await findDifferences(json, texts)) {
      if (different++ < 5) print(JSON.stringify(difference));
    }
  }
  failed ||= different > 0;
  print(`${name}: ${different} of ${count} texts differ`);
}
process.exitCode = failed ? 1 : 0;

function tokenizerFiles(): string[] {
  const shared = readdirSync(join(data, "tokenizers")).map((file) => join(data, "tokenizers", file));
  const own = join(import.meta.dirname, "../../model-en-ja/tokenizer.json");
  return [...shared, own, join(data, "models/model2vec-rs/test-model-vocab-quantized/tokenizer.json")];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
