/*
 * Tokenises the training data once, with our own tokenizer, into arrays that Python maps into memory. Reads `train` of the
 * data folder and the train split of JSTS; of its test split only which sentences must not be trained on.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { dataPath } from "@kokeshi/test-data";
import { createTokenizer } from "@kokeshi/tokenizer";
import {
  readGradedPairs,
  readPairs,
  readStaticModel,
  tokenizeGradedPairs,
  tokenizePairs,
  type TextPair,
} from "@kokeshi/training";
import { withoutTestSentences } from "./graded-pairs.js";
import { readTextLines } from "./read-text-lines.js";
import { TokenCache } from "./token-cache.js";
import { tokenizeTexts } from "./tokenize-texts.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: resolve(import.meta.dirname, "../../../../packages/model-en-ja") },
    out: { type: "string", default: resolve(import.meta.dirname, "../.work/cache") },
  },
});

const model = await loadStaticModel(localFolder(options.model));
const { table, termFrequency } = readStaticModel(model);
const tokenizerJson = await readFile(resolve(options.model, "tokenizer.json"));
const tokenizer = createTokenizer(JSON.parse(tokenizerJson.toString("utf8")));
await rm(options.out, { recursive: true, force: true });
const cache = await TokenCache.create(
  options.out,
  {
    tokenizer: createHash("sha256").update(tokenizerJson).digest("hex"),
    vocabularySize: table.length / model.dimensions,
    termFrequency,
  },
  table,
);

const files = await readdir(dataPath("train"));
for (const file of files.filter((name) => name.endsWith(".jsonl.gz")).sort()) {
  const name = file.replace(/\.jsonl\.gz$/, "");
  const pairs = withoutBlankTexts(readPairs(dataPath("train", file)));
  report(await cache.addPairs(await tokenizePairs(name, pairs, tokenizer)));
}
const jsts = (split: string) => {
  const plain = dataPath("eval", "JSTS", `${split}.jsonl`);
  return readGradedPairs(existsSync(plain) ? plain : `${plain}.gz`);
};
const graded = withoutTestSentences(jsts("train"), jsts("test"));
report(await cache.addGraded(await tokenizeGradedPairs("jsts-train", graded, tokenizer)));
for (const language of ["en", "ja"]) {
  const lines = readTextLines(dataPath("train", `text.${language}.txt.gz`));
  report(await cache.addTexts(`text.${language}`, await tokenizeTexts(lines, tokenizer)));
}
await cache.finish();
await model.close();
console.log(`wrote ${options.out}`);

async function* withoutBlankTexts(pairs: AsyncIterable<TextPair>): AsyncGenerator<TextPair> {
  for await (const pair of pairs) if (pair.anchor.trim() !== "" && pair.positive.trim() !== "") yield pair;
}

function report(entry: { name: string; tokens: number; pairs?: number; texts?: number }): void {
  const { name, tokens, pairs, texts } = entry;
  console.log(`${name}: ${pairs ?? texts} ${pairs === undefined ? "texts" : "pairs"}, ${tokens} tokens`);
}
