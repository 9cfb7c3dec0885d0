import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { kokeshiStaticFiles, quantizeRows } from "@kokeshi/static-model";
import { dataPath } from "@kokeshi/test-data";
import { createTokenizer } from "@kokeshi/tokenizer";
import {
  countOccurrences,
  readPairCache,
  readPairs,
  reduceCoherence,
  tokenizeGradedPairs,
  tokenizePairs,
  trainStatic,
  unigramTokenizerJson,
  writePairCache,
  type GradedSource,
  type PairSource,
} from "@kokeshi/training";
import { attribution } from "./attribution.js";
import { gradedTrainingPairs } from "./graded-training-pairs.js";
import { joinAnchors } from "./join-anchors.js";
import { meanOfTables } from "./mean-of-tables.js";
import { settings } from "./settings.js";
import { trainTokenizer } from "./train-tokenizer.js";
import { sampleLines, verifyTokenizer } from "./verify-tokenizer.js";

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: resolve(import.meta.dirname, "../../../../packages/model-en-ja") },
    steps: { type: "string", default: settings.runs.join() },
  },
});

/** Holds what a second run need not do again. Delete it to start afresh. */
const workFolder = resolve(import.meta.dirname, "../.work");
await mkdir(workFolder, { recursive: true });
await mkdir(options.out, { recursive: true });
const textFiles = ["en", "ja"].map((language) => dataPath("train", `text.${language}.txt.gz`));

const tokenizerJson = await tokenizer();
const sources = await tokenizedSources(tokenizerJson);
const graded = await gradedSource(tokenizerJson);
const tables: Float32Array[] = [];
for (const seed of settings.seeds) {
  const ofSeed: Float32Array[] = [];
  for (const steps of options.steps.split(",")) ofSeed.push(await train(seed, Number(steps)));
  tables.push(meanOfTables(ofSeed));
}
await writeModel(tokenizerJson, await withLessCoherence(tables));

async function tokenizer(): Promise<string> {
  const trained = join(workFolder, "unigram.model");
  if (existsSync(trained)) console.log("tokenizer: reusing .work/unigram.model");
  else await trainTokenizer(textFiles, workFolder);
  const json = unigramTokenizerJson(await readFile(trained), trained);
  const agreement = await verifyTokenizer(json, trained, sampleLines(textFiles, 40), workFolder);
  const { lines, tokens, ties, differences } = agreement;
  console.log(
    `tokenizer: ${lines} lines, ${tokens} tokens as spm_encode gives them, ${ties} lines with ties`,
  );
  const [difference] = differences;
  if (difference !== undefined)
    throw new Error(`the converted tokenizer differs from spm_encode: ${difference}`);
  return json;
}

async function tokenizedSources(json: string): Promise<PairSource[]> {
  const ours = createTokenizer(JSON.parse(json));
  const tokenized: PairSource[] = [];
  const files = await readdir(dataPath("train"));
  for (const file of files.filter((name) => name.endsWith(".jsonl.gz")).sort()) {
    const name = file.replace(/\.jsonl\.gz$/, "");
    const isJoined = settings.joinedSources.includes(name);
    const version = createHash("sha256").update(`${isJoined} ${json}`).digest("hex");
    const cache = join(workFolder, `${name}.${version.slice(0, 12)}.pairs`);
    if (!existsSync(cache)) {
      const pairs = readPairs(dataPath("train", file));
      await writePairCache(cache, await tokenizePairs(name, isJoined ? joinAnchors(pairs) : pairs, ours));
    }
    const source = await readPairCache(cache, name);
    const tokens = source.anchors.ids.length + source.positives.ids.length;
    console.log(`pairs: ${name}, ${source.pairs} pairs, ${tokens} tokens`);
    tokenized.push({ ...source, weight: settings.sourceWeights[name] ?? 1 });
  }
  return tokenized;
}

async function gradedSource(json: string): Promise<GradedSource> {
  const source = await tokenizeGradedPairs("JSTS", gradedTrainingPairs(), createTokenizer(JSON.parse(json)));
  console.log(`graded pairs: ${source.name}, ${source.pairs} pairs`);
  return source;
}

async function train(seed: number, steps: number): Promise<Float32Array> {
  const checkpoint = join(workFolder, `seed-${seed}.steps-${steps}.checkpoint`);
  console.log(`seed ${seed}, ${steps} steps${existsSync(checkpoint) ? ", going on where it stopped" : ""}`);
  const started = performance.now();
  let pairs = 0;
  let loss = 0;
  const { table } = await trainStatic({
    ...settings.training,
    termFrequency: settings.termFrequency,
    sources,
    graded: { sources: [graded], ...settings.graded },
    vocabularySize: settings.tokenizer.pieces,
    seed,
    steps,
    checkpoint: { path: checkpoint, resume: existsSync(checkpoint) },
    onProgress(progress) {
      pairs += progress.pairs;
      // A running mean: the loss of one step says more about its source than about the model.
      loss = progress.step === 1 ? progress.loss : 0.99 * loss + 0.01 * progress.loss;
      if (progress.step % 200 !== 0 && progress.step !== progress.steps) return;
      const seconds = (performance.now() - started) / 1000;
      console.log(
        `step ${progress.step} of ${progress.steps}, loss ${loss.toFixed(2)}, ${Math.round(seconds)} s, ${Math.round(pairs / seconds)} pairs/s`,
      );
    },
  });
  return table;
}

async function withLessCoherence([table, ...others]: Float32Array[]): Promise<Float32Array> {
  const { dimensions, threads } = settings.training;
  const lists = sources.flatMap(({ anchors, positives }) => [anchors, positives]);
  return reduceCoherence(table as Float32Array, dimensions[0], {
    ...settings.coherence,
    others,
    counts: countOccurrences(settings.tokenizer.pieces, lists),
    threads,
    onProgress: ({ round, rounds }) => console.log(`coherence: round ${round} of ${rounds}`),
  });
}

async function writeModel(json: string, table: Float32Array): Promise<void> {
  const dimensions = settings.training.dimensions[0] as number;
  const files = kokeshiStaticFiles({
    table: { ...quantizeRows(table, dimensions), dimensions },
    tokenizerJson: json,
    normalize: true,
    termFrequency: settings.termFrequency,
    licence: "cc-by-sa-4.0",
  });
  // The model card of the package is written by hand.
  delete files["README.md"];
  const readme = await readFile(dataPath("train", "README.md"), "utf8");
  const groups = new Set(sources.map(({ name }) => name));
  files["ATTRIBUTION.md"] = new TextEncoder().encode(attribution(readme, groups));
  for (const [path, bytes] of Object.entries(files)) {
    const target = join(options.out, path);
    await writeFile(`${target}.partial`, bytes);
    await rename(`${target}.partial`, target);
    console.log(`wrote ${path}, ${bytes.length} bytes`);
  }
}
