import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeEncoderFolder, encoderShape } from "@kokeshi/encoder-shapes";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { writeTinyEncoder } from "../fixtures/tiny-encoder.js";
import { writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
writeTinyEncoder(join(cwd, "encoder"));

const words = ["hello", "world", "a", "black", "cat", "old", "map", "query"];
const sentences = Array.from({ length: 60 }, (_, line) =>
  Array.from(
    { length: 2 + (line % 9) },
    (_, position) => words[(line * 3 + position * 5) % words.length],
  ).join(" "),
);
writeFileSync(join(cwd, "texts.txt"), `${sentences.join("\n")}\n\n`);

interface Document {
  model: string;
  method: string;
  objective: { name: string; floatScores: Record<string, number> };
  metGoal: boolean;
  relativeLoss: number;
  scores: Record<string, number>;
  bytes: number;
  floatBytes: number;
  best: number;
  trials: Record<string, unknown>[];
  out: string;
  files: { path: string; bytes: number }[];
}

function quantize(args: readonly string[], model = "./encoder") {
  return runCaptured(["quantize", model, "--calibration", "texts.txt", ...args], { cwd });
}

const filesIn = (folder: string): string[] =>
  readdirSync(join(cwd, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(cwd, folder, path)).isFile())
    .sort();

describe("quantize", () => {
  it("writes a folder that opens as a model, with its ledger, and says what was done", async () => {
    const { code, stdout, stderr } = await quantize(["--out", "int8", "--json"]);
    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^1\. min-max: loss 0\.\d+ %, \d+\.\d\d times as fast\n$/);
    expect(document).toMatchObject({
      model: expect.stringMatching(/^encoder@[0-9a-f]{12}$/) as string,
      method: "static",
      objective: { name: "mean cosine to float32 over 12 texts", floatScores: { score: 1 } },
      metGoal: true,
      best: 1,
      out: "int8",
      floatBytes: statSync(join(cwd, "encoder/onnx/model.onnx")).size,
      bytes: statSync(join(cwd, "int8/onnx/model_int8.onnx")).size,
    });
    expect(document.trials).toHaveLength(1);
    expect(document.trials[0]).toMatchObject({
      number: 1,
      stage: "recipes",
      quantizedLayers: 12,
      floatLayers: 0,
    });
    expect(document.relativeLoss).toBeLessThan(0.01);
    expect(filesIn("int8")).toEqual([
      "1_Pooling/config.json",
      "README.md",
      "config.json",
      "config_sentence_transformers.json",
      "modules.json",
      "onnx/model_int8.onnx",
      "quantization/calibration.json",
      "quantization/ledger.json",
      "quantization/ledger.md",
      "quantization/ledger.svg",
      "sentence_bert_config.json",
      "tokenizer.json",
    ]);
    expect(document.files.map(({ path }) => path).sort()).toEqual(filesIn("int8"));
    expect(JSON.parse(readFileSync(join(cwd, "int8/quantization/calibration.json"), "utf8"))).toMatchObject({
      texts: 48,
      rangeMethod: "min-max",
    });

    const inspected = await runCaptured(["models", "inspect", "./int8", "--json"], { cwd });
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      backend: "transformer-int8",
      precision: "int8",
      batchInvariant: true,
      licence: "mit",
    });
  });

  it("writes the best model where the goal is missed, says so, and ends with 1", async () => {
    const { code, stdout, stderr } = await quantize([
      "--out",
      "missed",
      "--trials",
      "2",
      "--max-relative-loss",
      "0",
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the goal is not met: the best of 2 trials loses 0\.\d+ % of mean cosine .* 0\.00 % were allowed/,
    );
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header).toMatch(/^ +TRIAL +SCORE +LOSS +SPEED +SIZE +GOAL$/);
    expect(rows[0]).toMatch(/^1 +min-max +[01]\.\d{4} +0\.\d+ % +\d+\.\d\dx +\d+\.\d kB +no$/);
    expect(rows.at(-1)).toMatch(
      /^missed: trial [12], .*: loss 0\.\d+ %, .* kB, \d+\.\d\d % of float32's \d+\.\d kB$/,
    );
    expect(existsSync(join(cwd, "missed/onnx/model_int8.onnx"))).toBe(true);
  });

  it("takes dynamic scales, portable operators, and every trial when told", async () => {
    const { code, stdout } = await quantize([
      ...["--out", "dynamic", "--method", "dynamic", "--operators", "portable"],
      ...["--trials", "2", "--all-trials", "--quiet", "--json", "--statistics", "counted.json"],
    ]);
    expect(existsSync(join(cwd, "counted.json"))).toBe(true);
    const elsewhere = await quantize([
      "--out",
      "x",
      "--statistics",
      "counted.json",
      "--calibration-texts",
      "9",
    ]);
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toMatch(/counted\.json holds the statistics of other texts/);
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as Document;
    expect(document.trials.map(({ recipe }) => (recipe as { method: string }).method)).toEqual(
      document.trials.map(() => "dynamic"),
    );
    expect(document.trials.length).toBeGreaterThan(1);
    const inspected = await runCaptured(["models", "inspect", "./dynamic", "--json"], { cwd });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ precision: "int8", batchInvariant: false });
  });

  it("takes one scale a layer, signed and symmetric activations", async () => {
    const choices = ["--weight-scales", "per-tensor", "--activations", "int8", "--symmetric"];
    const { code, stdout } = await quantize([
      ...["--out", "signed", "--operators", "portable", "--max-relative-loss", "0.5"],
      ...["--json", "--quiet", "--external-data", ...choices],
    ]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as Document;
    expect(filesIn("signed/onnx")).toEqual(["model_int8.onnx", "model_int8.onnx_data"]);
    const bytesOf = (name: string): number => statSync(join(cwd, "signed/onnx", name)).size;
    expect(document.bytes).toBe(bytesOf("model_int8.onnx") + bytesOf("model_int8.onnx_data"));
    const [trial] = document.trials;
    expect(trial).toMatchObject({
      name: "min-max + one weight scale a layer + signed activations + symmetric activations",
      recipe: { weightScales: "per-tensor", activationType: "int8", symmetricActivations: true },
    });
    const { ranges } = JSON.parse(
      readFileSync(join(cwd, "signed/quantization/calibration.json"), "utf8"),
    ) as {
      ranges: Record<string, [number, number]>;
    };
    for (const [least, greatest] of Object.values(ranges)) expect(least).toBe(-greatest);
    for (const [method, ...options] of [
      ["dynamic", "--activations", "int8"],
      ["weight-only", "--symmetric"],
      ["weight-only", "--weight-scales", "per-tensor"],
    ] as const) {
      const refused = await quantize(["--out", "x", "--method", method, ...options]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(new RegExp(`--method ${method} has`));
    }
  });

  it("keeps what is in a folder, unless told", async () => {
    mkdirSync(join(cwd, "mine"));
    writeFileSync(join(cwd, "mine/diary.txt"), "dear diary");
    const refused = await quantize(["--out", "mine"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/--out mine is not empty; name a new folder, or add --overwrite/);
    expect((await quantize(["--out", "mine", "--overwrite", "--quiet"])).code).toBe(0);
    expect(filesIn("mine")).toEqual(expect.arrayContaining(["diary.txt", "onnx/model_int8.onnx"]));
    // Its own result it replaces without a word.
    expect((await quantize(["--out", "mine", "--quiet"])).code).toBe(0);
  });

  it("names what is missing or wrong", async () => {
    const noFile = await runCaptured(["quantize", "./encoder", "--out", "x", "--calibration", "no.txt"], {
      cwd,
    });
    expect(noFile.code).toBe(1);
    expect(noFile.stderr).toMatch(/no\.txt does not exist; check the path/);

    const noOption = await runCaptured(["quantize", "./encoder", "--out", "x"], { cwd });
    expect(noOption.code).toBe(2);
    expect(noOption.stderr).toMatch(/--calibration <file>/);

    writeFileSync(join(cwd, "blank.txt"), "\n \n");
    const noText = await runCaptured(["quantize", "./encoder", "--out", "x", "--calibration", "blank.txt"], {
      cwd,
    });
    expect(noText.code).toBe(2);
    expect(noText.stderr).toMatch(/--calibration blank\.txt has no text/);

    cpSync(join(cwd, "encoder"), join(cwd, "torch"), { recursive: true });
    const noGraph = await quantize(["--out", "x", "--graph", "onnx/other.onnx"], "./torch");
    expect(noGraph.code).toBe(1);
    expect(noGraph.stderr).toMatch(/has no onnx\/other\.onnx; choose among onnx\/model\.onnx/);

    writeTinyModel(join(cwd, "static"));
    const notAnEncoder = await quantize(["--out", "x"], "./static");
    expect(notAnEncoder.code).toBe(1);
    expect(notAnEncoder.stderr).toMatch(/^\[kokeshi\] \[[\w-]+\] .+; .+/m);

    const already = await quantize(["--out", "x", "--graph", "onnx/model_int8.onnx"], "./int8");
    expect(already.code).toBe(1);
    expect(already.stderr).toMatch(
      /onnx\/model_int8\.onnx of int8@\w+ is int8 already; give a folder with the float32 graph/,
    );

    for (const option of [
      ["--trials", "0"],
      ["--max-relative-loss", "-1"],
      ["--method", "magic"],
      ["--graph", "x"],
    ]) {
      expect((await quantize(["--out", "x", ...option])).code).toBe(2);
    }
    const noTask = await quantize(["--out", "x", "--evaluate", "no-task"]);
    expect(noTask.code).toBe(2);
    expect(noTask.stderr).toMatch(/--evaluate no-task is not a folder/);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  it("shows examples", async () => {
    const { code, stdout } = await runCaptured(["quantize", "--help"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain("$ kokeshi quantize ./encoder --out ./encoder-int8 --calibration texts.txt");
  });
});

describe("quantize --evaluate", () => {
  const pairs = sentences.slice(0, 40).map((sentence1, row) => ({
    sentence1,
    sentence2: sentences[(row * 7 + 1) % sentences.length],
    score: (row * 13) % 6,
  }));
  mkdirSync(join(cwd, "tasks/pairs"), { recursive: true });
  const description = { name: "pairs", type: "sts", languages: ["en"], mainMetric: "cosine_spearman" };
  writeFileSync(join(cwd, "tasks/pairs/task.json"), JSON.stringify(description));
  writeFileSync(
    join(cwd, "tasks/pairs/dev.jsonl"),
    pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""),
  );

  it("judges by a task's main score", async () => {
    const args = ["--evaluate", "tasks/pairs", "--split", "dev", "--max-relative-loss", "0.2"];
    const { code, stdout } = await quantize(["--out", "judged", ...args, "--json", "--quiet"]);
    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(0);
    expect(document.objective.name).toBe("cosine_spearman of pairs (dev)");
    const evaluated = await runCaptured(
      [
        "evaluate",
        "--data",
        "tasks",
        "--split",
        "dev",
        "--model",
        "./encoder",
        "./judged",
        "--no-cache",
        "--json",
      ],
      { cwd },
    );
    const { results } = JSON.parse(evaluated.stdout) as { results: { mainScore: number }[] };
    expect(document.objective.floatScores["pairs"]).toBeCloseTo(results[0]?.mainScore as number, 6);
    expect(document.scores["pairs"]).toBeCloseTo(results[1]?.mainScore as number, 6);
  });

  it("says that a split is missing before anything is tried", async () => {
    const { code, stderr } = await quantize(["--out", "x", "--evaluate", "tasks/pairs"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/test\.jsonl/);
  });
});

describeWithData("quantize, on STSBenchmark", ["eval/STSBenchmark", "tokenizers"], () => {
  it("keeps the scores of a random encoder", async () => {
    await writeEncoderFolder(join(cwd, "random"), encoderShape("tiny", { vocabulary: 30_522 }));
    const { code, stdout } = await quantize(
      [
        ...["--out", "random-int8", "--evaluate", dataPath("eval", "STSBenchmark"), "--split", "dev"],
        ...["--max-relative-loss", "0.02", "--json", "--quiet"],
      ],
      "./random",
    );
    const document = JSON.parse(stdout) as Document;
    expect(code).toBe(0);
    expect(document.objective.name).toBe("cosine_spearman of STSBenchmark (dev)");
    // Random weights still see which words two sentences share.
    expect(document.objective.floatScores["STSBenchmark"]).toBeGreaterThan(0.3);
    expect(document.metGoal).toBe(true);
    expect(document.bytes / document.floatBytes).toBeLessThan(0.4);
  });
});
