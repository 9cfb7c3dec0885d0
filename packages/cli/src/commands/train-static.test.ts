import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cosineSimilarity, embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { beforeEach, describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyTokenizer, writeTinyModel } from "../fixtures/tiny-model.js";
import { Interruption } from "../interruption.js";

const cwd = temporaryFolder();
writeTinyModel(join(cwd, "tiny"));

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

// "map" and "cat", "old" and "black" are to mean the same.
const pairs = [
  { anchor: "cat", positive: "map" },
  { anchor: "black", positive: "old" },
  { anchor: "black cat", positive: "old map" },
  { anchor: "hello", positive: "world" },
  { anchor: "a cat", positive: "a map", negative: "a world" },
];
writeFileSync(join(cwd, "pairs.jsonl"), lines(pairs));
const graded = [
  { sentence1: "cat", sentence2: "map", score: 5 },
  { sentence1: "cat", sentence2: "world", score: 0 },
  { sentence1: "old", sentence2: "black", score: 4 },
];
writeFileSync(join(cwd, "graded.jsonl"), lines(graded));
writeFileSync(join(cwd, "tokenizer.json"), tinyTokenizer());

const config = {
  start: "./tiny",
  sources: [{ pairs: "pairs.jsonl", negatives: true }, { graded: "graded.jsonl" }],
  validation: { pairs: "pairs.jsonl", every: 5 },
  training: { steps: 20, batchSize: 4, learningRate: 0.05, dimensions: [12, 6], threads: 1 },
};

function write(name: string, content: object | string): void {
  writeFileSync(join(cwd, name), typeof content === "string" ? content : JSON.stringify(content));
}

function run(...args: string[]) {
  return runCaptured(["train", "static", ...args], { cwd });
}

describe("train static", () => {
  beforeEach(() => {
    for (const name of ["out", "out.training"]) rmSync(join(cwd, name), { recursive: true, force: true });
  });

  it("goes on training a model, and writes a folder that opens, with log and curves beside it", async () => {
    write("train.json", config);
    const { code, stdout, stderr } = await run("train.json", "--out", "out", "--json");
    expect(stderr).toContain("after: accuracy");
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      model: expect.stringMatching(/^tiny@/) as string,
      out: "out",
      format: "sentence-transformers",
      dimensions: 12,
      steps: 20,
      pairs: 5,
      gradedPairs: 3,
      validation: {
        pairs: 5,
        measure: "meanReciprocalRank",
        after: { accuracy: 1, meanReciprocalRank: 1 },
      },
    });
    const { before } = result["validation"] as { before: { accuracy: number } };
    expect(before.accuracy).toBeLessThan(1);

    const opened = await loadStaticModel(localFolder(join(cwd, "out"), "out"));
    expect(opened).toMatchObject({ dimensions: 12, normalized: true, prompts: { query: "query " } });
    expect(opened.description.licence).toBe("mit");
    const { embeddings } = await embed(opened, ["black cat", "old map", "world"]);
    const [cat, map, world] = [0, 1, 2].map((row) => embeddings.row(row)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(cosineSimilarity(cat, map)).toBeGreaterThan(cosineSimilarity(cat, world));

    expect(readdirSync(join(cwd, "out.training")).sort()).toEqual([
      "checkpoint.safetensors",
      "curves.svg",
      "log.jsonl",
    ]);
    const log = readFileSync(join(cwd, "out.training", "log.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(log).toHaveLength(20);
    expect(JSON.parse(log[4] as string)).toMatchObject({ step: 5, validation: expect.any(Number) as number });
  });

  it("begins at random with a tokenizer, and writes int8 rows where they are asked for", async () => {
    write("fresh.json", {
      ...config,
      start: undefined,
      tokenizer: "tokenizer.json",
      model: {
        format: "kokeshi",
        termFrequency: "sublinear",
        licence: "cc0-1.0",
        description: "Cats and maps.",
      },
    });
    const { code, stdout, stderr } = await run("fresh.json", "--out", "out");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^out: 12 dimensions, .* after 20 steps\n$/);
    const opened = await loadStaticModel(localFolder(join(cwd, "out"), "out"));
    expect(opened.description).toMatchObject({ precision: "int8", licence: "cc0-1.0" });
    expect(readFileSync(join(cwd, "out", "README.md"), "utf8")).toContain("Cats and maps.");
    const settings = JSON.parse(readFileSync(join(cwd, "out", "config.json"), "utf8")) as object;
    expect(settings).toMatchObject({ term_frequency: "sublinear" });
    const checkpoint = readFileSync(join(cwd, "out.training", "checkpoint.safetensors"), "latin1");
    expect(checkpoint).toMatch(/termFrequency[\\":]+sublinear/);
  });

  it("reduces the coherence of the table where it is asked to", async () => {
    const weights = join("0_StaticEmbedding", "model.safetensors");
    const trainedWith = async (coherence: object | undefined) => {
      write("coherent.json", { ...config, coherence });
      const { code, stderr } = await run("coherent.json", "--out", "out");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const bytes = readFileSync(join(cwd, "out", weights));
      for (const name of ["out", "out.training"]) rmSync(join(cwd, name), { recursive: true });
      return bytes;
    };
    const plain = await trainedWith(undefined);
    const reduced = await trainedWith({});
    expect(reduced.equals(plain)).toBe(false);
    expect(reduced.equals(await trainedWith({ threshold: 1.6 / Math.sqrt(12), rounds: 4 }))).toBe(true);
    expect(reduced.equals(await trainedWith({ rounds: 2 }))).toBe(false);
  });

  it("fills batches with neighbours, by the start model's vectors or by another model's", async () => {
    const weights = join("0_StaticEmbedding", "model.safetensors");
    const trainedWith = async (neighbours: object | undefined, start: object = {}) => {
      write("near.json", { ...config, ...start, training: { ...config.training, batchSize: 2, neighbours } });
      const { code, stderr } = await run("near.json", "--out", "out");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const bytes = readFileSync(join(cwd, "out", weights));
      for (const name of ["out", "out.training"]) rmSync(join(cwd, name), { recursive: true });
      return bytes;
    };
    const own = await trainedWith({ groupSize: 2, share: 1 });
    expect(own.equals(await trainedWith(undefined))).toBe(false);
    expect(own.equals(await trainedWith({ groupSize: 2, share: 1, model: "./tiny" }))).toBe(true);
    expect(own.equals(await trainedWith({ groupSize: 2, share: 0.5 }))).toBe(false);
    const fresh = { start: undefined, tokenizer: "tokenizer.json" };
    const atRandom = await trainedWith({ groupSize: 2, share: 1, model: "./tiny" }, fresh);
    expect(atRandom.equals(await trainedWith(undefined, fresh))).toBe(false);
  });

  it("refuses neighbours by a model of another vocabulary", async () => {
    write("wrong.json", {
      ...config,
      training: { ...config.training, neighbours: { model: "@kokeshi/model-en-ja" } },
    });
    const { code, stderr } = await run("wrong.json", "--out", "out");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /the vocabulary of @kokeshi\/model-en-ja@.*; name a model with the same tokenizer/,
    );
  });

  it("leaves a checkpoint when it is interrupted, from which it goes on to the same weights", async () => {
    write("train.json", config);
    const controller = new AbortController();
    const running = runCaptured(["train", "static", "train.json", "--out", "out"], {
      cwd,
      signal: controller.signal,
    });
    const log = join(cwd, "out.training", "log.jsonl");
    while (!existsSync(log)) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(new Interruption("SIGINT"));
    const interrupted = await running;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain("go on with --resume");
    expect(existsSync(join(cwd, "out"))).toBe(false);

    const again = await run("train.json", "--out", "out");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("--resume");

    write("other.json", { ...config, training: { ...config.training, learningRate: 0.02 } });
    const other = await run("other.json", "--out", "out", "--resume");
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("learningRate was 0.05 and is 0.02");

    const resumed = await run("train.json", "--out", "out", "--resume");
    expect(resumed.code).toBe(0);
    const weights = join("0_StaticEmbedding", "model.safetensors");
    const resumedWeights = readFileSync(join(cwd, "out", weights));
    expect((await run("train.json", "--out", "straight")).code).toBe(0);
    expect(readFileSync(join(cwd, "straight", weights)).equals(resumedWeights)).toBe(true);
    for (const name of ["straight", "straight.training"]) rmSync(join(cwd, name), { recursive: true });
  });

  it.each<[string, object | string, RegExp]>([
    ["text that is not JSON", '{\n"sources": [{}]\n"start": "x"}', /wrong\.json, line 3 is not JSON/],
    ["no sources", {}, /wrong\.json: sources is missing/],
    ["an unknown field", { ...config, epochs: 3 }, /wrong\.json: epochs is not known here; use .*training/],
    [
      "an unknown training option",
      { ...config, training: { rate: 1 } },
      /wrong\.json: training\.rate is not known here; use .*learningRate/,
    ],
    [
      "a rate below 0",
      { ...config, training: { learningRate: -1 } },
      /training\.learningRate is -1; use a number above 0/,
    ],
    ["a source without a file", { sources: [{ weight: 1 }] }, /sources\[0\] needs one of pairs and graded/],
    ["graded pairs alone", { sources: [{ graded: "graded.jsonl" }] }, /has no source of pairs/],
    ["steps and epochs", { ...config, training: { steps: 1, epochs: 1 } }, /both steps and epochs/],
    [
      "neighbours without a model",
      { ...config, start: undefined, tokenizer: "tokenizer.json", training: { neighbours: {} } },
      /training has neighbours, but no model/,
    ],
    [
      "a share of neighbours above 1",
      { ...config, training: { neighbours: { share: 1.5 } } },
      /training\.neighbours\.share is 1\.5; use a number above 0, up to 1/,
    ],
    [
      "an unknown field of neighbours",
      { ...config, training: { neighbours: { size: 2 } } },
      /training\.neighbours\.size is not known here; use groupSize, model, share/,
    ],
    ["start and tokenizer", { ...config, tokenizer: "tokenizer.json" }, /both start and tokenizer/],
    ["other dimensions", { ...config, training: { dimensions: [8] } }, /begins with 8, but tiny@\w+ has 12/],
  ])("names what is wrong: %s", async (_, content, message) => {
    write("wrong.json", content);
    const { code, stderr, stdout } = await run("wrong.json", "--out", "out");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("refuses sublinear term frequency for a format that cannot say so", async () => {
    write("train.json", { ...config, model: { termFrequency: "sublinear" } });
    const { code, stderr } = await run("train.json", "--out", "out");
    expect(code).toBe(2);
    expect(stderr).toContain("model has termFrequency sublinear");
  });

  it("names the line of a source that is broken, and a file that is not there", async () => {
    writeFileSync(join(cwd, "broken.jsonl"), `${JSON.stringify(pairs[0])}\n{"anchor":"cat"}\n`);
    write("wrong.json", { ...config, sources: [{ pairs: "broken.jsonl" }] });
    const broken = await run("wrong.json", "--out", "out");
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toMatch(/broken\.jsonl, line 2: `positive` is not a string/);
    const missing = await run("none.json", "--out", "out");
    expect(missing.stderr).toContain("none.json");
    expect(missing.code).not.toBe(0);
  });
});
