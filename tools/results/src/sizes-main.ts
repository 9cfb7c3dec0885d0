import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { memoryFolder } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { loadStaticModel, model2VecFiles, type StaticEmbeddingModel } from "@kokeshi/static-model";
import { dataPath } from "@kokeshi/test-data";
import {
  clusterVocabulary,
  distil,
  firstDimensions,
  principalDimensions,
  pruneVocabulary,
  readStaticModel,
  staticModelFiles,
  type StaticModelFormat,
} from "@kokeshi/training";
import { scoreTask } from "./score-task.js";

/** What the default model scores when it is made smaller: the tables of docs/distil.md. */
const { values } = parseArgs({ options: { model: { type: "string", default: "@kokeshi/model-en-ja" } } });
const teacher = await loadStaticModel(await resolveModel(values.model));
const whole = readStaticModel(teacher);
const tasks = ["STSBenchmark", "JSTS", "SciFact", "JaQuAD-retrieval"] as const;

async function* trainingText(): AsyncGenerator<string> {
  for (const language of ["en", "ja"]) {
    const file = createReadStream(dataPath("train", `text.${language}.txt.gz`)).pipe(createGunzip());
    yield* createInterface({ input: file });
  }
}

async function printRow(what: string, model: StaticEmbeddingModel, format: StaticModelFormat): Promise<void> {
  const rows = format === "kokeshi" ? "int8" : "float32";
  await printScores(`${what} | ${model.dimensions} | ${rows}`, staticModelFiles(model, format));
}

async function printScores(what: string, files: Record<string, Uint8Array>): Promise<void> {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.length, 0);
  const opened = await loadStaticModel(memoryFolder(what, files));
  const scores: string[] = [];
  for (const task of tasks) scores.push((100 * (await scoreTask(opened, task))).toFixed(1));
  console.log(`| ${what} | ${(bytes / 1e6).toFixed(1)} | ${scores.join(" | ")} |`);
}

console.log(`${teacher.modelId}\n`);
console.log(`| tokens | dimensions | rows | MB | ${tasks.join(" | ")} |`);
console.log(`| ---: | ---: | --- | ---: |${" ---: |".repeat(tasks.length)}`);
const tokens = whole.table.length / whole.dimensions;
const vocabularies = new Map([[tokens, whole]]);
for (const size of [16_384, 8_192])
  vocabularies.set(size, await pruneVocabulary(whole, size, trainingText()));
const ladder = [1, 2, 4, 8].map((divisor) => whole.dimensions / divisor);
for (const [size, model] of vocabularies) {
  for (const dimensions of ladder) {
    for (const format of ["sentence-transformers", "kokeshi"] as const)
      await printRow(size.toLocaleString("en"), firstDimensions(model, dimensions), format);
  }
}
for (const dimensions of ladder.slice(1))
  await printRow("principal components", await principalDimensions(whole, dimensions), "kokeshi");
for (const size of [8_192, 2_048]) {
  const clustered = model2VecFiles(await clusterVocabulary(whole, size));
  await printScores(
    `clustered to ${size.toLocaleString("en")} rows | ${whole.dimensions} | float32`,
    clustered,
  );
}

const texts: string[] = [];
let line = 0;
for await (const text of trainingText()) if (line++ % 10 === 0) texts.push(text);
for (const size of [16_384, 8_192]) {
  const { model } = await distil(teacher, {
    texts,
    vocabularySize: size,
    center: false,
    dimensions: "all",
    regression: { epochs: 3, learningRate: 0.002 },
  });
  await printRow(`${size.toLocaleString("en")}, regression`, model, "kokeshi");
}
