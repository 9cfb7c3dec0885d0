import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyTokenizer, writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
writeTinyModel(join(cwd, "teacher"));
writeFileSync(join(cwd, "teacher", "LICENSE"), "free");
const lines = [
  "hello world",
  "a black cat",
  "an old map",
  "hello black map",
  "old cat",
  "world map a",
  "hello cat",
];
writeFileSync(join(cwd, "texts.txt"), `${lines.join("\n")}\n\n`);

const run = (...args: string[]) => runCaptured(["distil", ...args], { cwd });
const open = async (folder: string) => loadStaticModel(await localFolder(join(cwd, folder)));

async function cosine(folder: string, a: string, b: string): Promise<number> {
  const { embeddings } = await embed(await open(folder), [a, b]);
  return embeddings.row(0).reduce((sum, value, k) => sum + value * (embeddings.row(1)[k] as number), 0);
}

describe("kokeshi distil", () => {
  it("prints the keys that other programs read", async () => {
    const { code, stdout, stderr } = await run("./teacher", "--out", "json", "-d", "8", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      model: expect.stringMatching(/^teacher@[0-9a-f]{12}$/) as string,
      out: "json",
      format: "model2vec",
      dimensions: 8,
      tokens: 12,
      tokensWithoutVector: 0,
      wordsAdded: 0,
      wordsUnreachable: 0,
      explainedVariance: expect.any(Number) as number,
      regression: null,
      bytes: expect.any(Number) as number,
      files: [
        "LICENSE",
        "config.json",
        "modules.json",
        "tokenizer.json",
        "model.safetensors",
        "README.md",
      ].map((path) => ({ path, bytes: readFileSync(join(cwd, "json", path)).length })),
    });
  });

  it.each(["model2vec", "sentence-transformers", "kokeshi"])(
    "writes %s, which has the cosines of a static teacher whole",
    async (format) => {
      const { code, stdout } = await run("./teacher", "--out", format, "--format", format, "--no-centering");
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^${format}: 12 tokens, 12 dimensions, \\d+\\.\\d kB\\n$`));
      const pair = ["black cat", "old map"] as const;
      expect(await cosine(format, ...pair)).toBeCloseTo(await cosine("teacher", ...pair), 1);
    },
  );

  it("asks the teacher where a tokenizer is named, and learns from texts", async () => {
    writeFileSync(join(cwd, "tokenizer.json"), tinyTokenizer());
    const args = [
      "./teacher",
      "--tokenizer",
      "tokenizer.json",
      "--text",
      "texts.txt",
      "--epochs",
      "3",
      "--cache",
      "vectors",
      "--json",
    ];
    const { code, stdout, stderr } = await run(...args, "--out", "learnt");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^validation loss \d\.\d+ before the texts, \d\.\d+ after epoch \d of [1-3]\n$/);
    const { regression } = JSON.parse(stdout) as {
      regression: {
        trainingTexts: number;
        validationTexts: number;
        epochs: number;
        validationLoss: number[];
      };
    };
    expect(regression).toMatchObject({ trainingTexts: 6, validationTexts: 1 });
    expect(regression.validationLoss).toHaveLength(regression.epochs + 1);
    expect((await run(...args, "--out", "learnt-again")).stdout.replace("learnt-again", "learnt")).toBe(
      stdout,
    );
  });

  it("keeps the commonest tokens, takes words in, and says which it cannot", async () => {
    const smaller = await run(
      "./teacher",
      "--text",
      "texts.txt",
      "--vocabulary-size",
      "5",
      "--epochs",
      "0",
      "--out",
      "five",
    );
    expect(smaller.stdout).toMatch(/^five: 5 tokens/);
    writeFileSync(join(cwd, "words.txt"), "tokyo\nold map\ncat\n");
    const larger = await run("./teacher", "--vocabulary", "words.txt", "--out", "more", "--json");
    expect(JSON.parse(larger.stdout)).toMatchObject({ tokens: 13, wordsAdded: 1, wordsUnreachable: 1 });
    expect(larger.stderr).toBe(
      '1 words of --vocabulary are never one token here, such as "old map"; they were left out\n',
    );
  });

  it.each([
    [["./teacher"], /required option '-o, --out <dir>'/],
    [
      ["./teacher", "--out", "x", "--weighting", "counted"],
      /--weighting counted needs texts; add --text FILE/,
    ],
    [["./teacher", "--out", "x", "--vocabulary-size", "5"], /--vocabulary-size needs texts/],
    [["./teacher", "--out", "x", "-d", "13"], /--dimensions is 13, but teacher@\w+ gives 12/],
    [["./teacher", "--out", "x", "--epochs", "2"], /--epochs needs texts/],
    [["./teacher", "--out", "x", "--learning-rate", "0"], /Use a number above 0/],
    [["./teacher", "--out", "teacher"], /--out teacher is not empty/],
    [
      ["./teacher", "--out", "x", "--format", "onnx"],
      /Allowed choices are model2vec, sentence-transformers, kokeshi/,
    ],
    [["./teacher", "--out", "x", "--epochs", "-1"], /Use a whole number/],
  ])("%j is wrong usage, and nothing is written", async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  it("fails with the name of a file that is not there, or not what it should be", async () => {
    expect(await run("./teacher", "--out", "x", "--text", "none.txt")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/none\.txt does not exist/) as string,
    });
    expect(await run("./teacher", "--out", "x", "--tokenizer", "texts.txt")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/texts\.txt is not JSON/) as string,
    });
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const controller = new AbortController();
    controller.abort(new Error("interrupted"));
    const { code } = await runCaptured(["distil", "./teacher", "--out", "x"], {
      cwd,
      signal: controller.signal,
    });
    expect(code).toBe(1);
    expect(readdirSync(cwd).filter((name) => name.startsWith("x"))).toEqual([]);
  });
});
