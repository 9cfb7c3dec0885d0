import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { exportStaticEmbedding, loadStaticModel } from "@kokeshi/static-model";
import { localFolder } from "@kokeshi/hub";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import { describe, expect, it } from "vitest";
import { readGzippedJson } from "../fixtures/gzipped-json.js";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyTokenizer, writeTinyModel } from "../fixtures/tiny-model.js";
import { writeFolder } from "../output/write-folder.js";

const cwd = temporaryFolder();
writeTinyModel(join(cwd, "tiny"));
writeFileSync(join(cwd, "tokenizer.json"), tinyTokenizer());
writeFileSync(join(cwd, "tokenizer.json.gz"), gzipSync(tinyTokenizer()));

function run(args: readonly string[], stdin: string | Uint8Array) {
  return runCaptured(["tokenize", ...args], { cwd, stdin });
}

describe("tokenize", () => {
  it("prints the ids of a line on a line", async () => {
    expect(await run(["--model", "./tiny"], "a black cat\n\nhello zebra")).toEqual({
      code: 0,
      stdout: "0 3 4 5\n0\n0 1 0\n",
      stderr: "",
    });
  });

  it("prints one document with --json, and leaves special tokens out when told", async () => {
    const { stdout } = await run(
      ["--model", "./tiny", "--json", "--no-special-tokens"],
      "a black cat\n\nhello",
    );
    expect(JSON.parse(stdout)).toEqual({
      tokenizer: expect.stringMatching(/^tiny@[0-9a-f]{12}$/) as string,
      path: expect.stringMatching(/^(fast|library)$/) as string,
      ids: [[3, 4, 5], [], [1]],
    });
    expect(JSON.parse((await run(["--model", "./tiny", "--json"], "")).stdout)).toMatchObject({ ids: [] });
  });

  it.each(["tokenizer.json", "tokenizer.json.gz"])("takes the tokenizer of %s", async (file) => {
    const { stdout } = await run(["--tokenizer", file, "--json"], "old map");
    expect(JSON.parse(stdout)).toMatchObject({ tokenizer: file, ids: [[0, 6, 7]] });
  });

  it("finds the tokenizer of a sentence-transformers folder", async () => {
    const model = await loadStaticModel(localFolder(join(cwd, "tiny")));
    await writeFolder("exported", exportStaticEmbedding(model), {
      cwd,
      signal: new AbortController().signal,
    });
    expect((await run(["--model", "./exported"], "cat")).stdout).toBe("0 5\n");
  });

  it("reads a JSON array of strings, line breaks and all", async () => {
    const { stdout } = await run(
      ["--model", "./tiny", "--input-json", "--json"],
      '["a\\ncat", "", "こんにちは"]',
    );
    expect((JSON.parse(stdout) as { ids: unknown }).ids).toEqual([[0, 3, 5], [0], [0, 8]]);
  });

  it.each([
    ["[1]", /stdin has 1 instead of a string at index 0/],
    ["{}", /stdin is not a JSON array/],
    ["[", /stdin is not JSON/],
    [Uint8Array.of(0xff), /stdin is not UTF-8/],
  ])("refuses %s as --input-json", async (stdin, message) => {
    const { code, stdout, stderr } = await run(["--model", "./tiny", "--input-json", "--json"], stdin);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("reads --input-json from standard input alone", async () => {
    expect(await run(["--input-json", "texts.json"], "[]")).toMatchObject({ code: 2 });
  });

  it.each([
    ["none.json", /none\.json does not exist/],
    ["broken.json", /broken\.json is not JSON/],
    ["broken.json.gz", /broken\.json\.gz is not gzipped JSON/],
    ["empty.json", /\[tokenizer\]/],
  ])("says what is wrong with --tokenizer %s", async (file, message) => {
    writeFileSync(join(cwd, "broken.json"), "{");
    writeFileSync(join(cwd, "broken.json.gz"), gzipSync("{}").subarray(0, 12));
    writeFileSync(join(cwd, "empty.json"), "{}");
    const { code, stderr } = await run(["--tokenizer", file], "cat");
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});

const oracle = { texts: "golden/tokens/texts.json.gz", tokens: "golden/tokens/all-MiniLM-L6-v2.json.gz" };
const tokenizer = "tokenizers/all-MiniLM-L6-v2.json.gz";

describeWithData(
  "tokenize, against the native tokenizers 0.23.2",
  [oracle.texts, oracle.tokens, tokenizer],
  () => {
    it("gives the ids of the oracle", async () => {
      const { texts } = readGzippedJson<{ texts: { id: string; text: string }[] }>(dataPath(oracle.texts));
      const { cases } = readGzippedJson<{ cases: { textId: string; ids: number[] }[] }>(
        dataPath(oracle.tokens),
      );
      const textOf = new Map(texts.map(({ id, text }) => [id, text]));
      const stdin = JSON.stringify(cases.map(({ textId }) => textOf.get(textId)));
      const { stdout } = await run(["--tokenizer", dataPath(tokenizer), "--input-json", "--json"], stdin);
      expect((JSON.parse(stdout) as { ids: number[][] }).ids).toEqual(cases.map(({ ids }) => ids));
    });
  },
);
