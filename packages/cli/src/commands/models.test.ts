import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embed } from "@kokeshi/core";
import { localFolder } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { writeTinyModel } from "../fixtures/tiny-model.js";

const cwd = temporaryFolder();
const model = writeTinyModel(join(cwd, "tiny"), { maxTokens: 100 });

function run(...args: string[]) {
  return runCaptured(["models", ...args], { cwd });
}

afterEach(() => vi.unstubAllEnvs());

describe("models inspect", () => {
  it("prints the keys that other programs read", async () => {
    const { code, stdout } = await run("inspect", "./tiny", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      model: expect.stringMatching(/^tiny@[0-9a-f]{12}$/) as string,
      backend: "static",
      dimensions: 12,
      maxTokens: 100,
      // Its model is WordLevel, which the fast path does not know.
      tokenizerPath: "library",
      precision: "int8",
      batchInvariant: true,
      optimizations: null,
      prompts: { query: "query " },
      licence: "mit",
      files: readdirSync(model)
        .sort()
        .map((path) => ({ path, bytes: readFileSync(join(model, path)).length })),
    });
  });

  it("prints the same for people", async () => {
    const { stdout } = await run("inspect", "./tiny");
    expect(stdout).toMatch(/^dimensions +12$/m);
    expect(stdout).toMatch(/^prompt: query +"query "$/m);
    expect(stdout).toMatch(/^ {2}config\.json +\d+ B$/m);
  });

  it("says that nothing can open the folder", async () => {
    mkdirSync(join(cwd, "no-model"), { recursive: true });
    writeFileSync(join(cwd, "no-model", "config.json"), "{}");
    const { code, stderr } = await run("inspect", "./no-model");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no backend recognises no-model@/);
  });
});

describe("models list", () => {
  it("lists what the Hugging Face cache holds, and which backend opens it", async () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const snapshots = (name: string) => join(cwd, "cache", name, "snapshots", commit);
    writeTinyModel(snapshots("models--someone--tiny"));
    mkdirSync(snapshots("models--someone--other"), { recursive: true });
    writeFileSync(join(snapshots("models--someone--other"), "config.json"), "{}");
    vi.stubEnv("HF_HUB_CACHE", join(cwd, "cache"));

    const { code, stdout } = await run("list", "--json");
    expect(code).toBe(0);
    const { models } = JSON.parse(stdout) as { models: { source: string; reference: string }[] };
    expect(models.filter(({ source }) => source === "hub")).toMatchObject([
      { reference: `hf:someone/other@${commit}`, backend: null },
      { reference: `hf:someone/tiny@${commit}`, model: `someone/tiny@${commit}`, backend: "static" },
    ]);
    const { stdout: table } = await run("list");
    expect(table).toMatch(/^MODEL +BACKEND +SIZE +FOLDER\n/);
    expect(table).toMatch(/^hf:someone\/other@\w+ +\(no backend\) +2 B /m);
  });
});

describe("models pull", () => {
  it("says where a folder is", async () => {
    const { code, stdout } = await run("pull", "./tiny", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: model, files: [{ path: "README.md" }, {}, {}, {}] });
    expect((await run("pull", "./tiny")).stdout).toMatch(/^tiny@\w+, 4 files, \d+\.\d kB\n.+\n$/);
  });

  it("says what to do where the Hub may not be asked", async () => {
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    vi.stubEnv("HF_HUB_CACHE", join(cwd, "empty-cache"));
    const { code, stdout, stderr } = await run("pull", "hf:someone/missing");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^\[kokeshi\] \[hub\] .*someone\/missing/);
  });
});

describe("models export", () => {
  it("writes a float32 folder that gives the same vectors, with the licence of the weights", async () => {
    writeFileSync(join(model, "LICENSE"), "MIT");
    const { code, stdout } = await run("export", "./tiny", "--out", "exported", "--json");
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout) as { files: { path: string; bytes: number }[] };
    expect(files.map(({ path }) => path).sort()).toEqual([
      "0_StaticEmbedding/model.safetensors",
      "0_StaticEmbedding/tokenizer.json",
      "LICENSE",
      "README.md",
      "config_sentence_transformers.json",
      "modules.json",
    ]);
    const texts = ["a black cat", "こんにちは", ""];
    const [original, exported] = await Promise.all(
      [model, join(cwd, "exported")].map(async (folder) =>
        embed(await loadStaticModel(localFolder(folder)), texts),
      ),
    );
    expect(exported?.embeddings).toEqual(original?.embeddings);
  });

  it("writes into an empty folder, and never into another", async () => {
    mkdirSync(join(cwd, "empty"));
    expect((await run("export", "./tiny", "--out", "empty")).code).toBe(0);
    const { code, stderr } = await run("export", "./tiny", "--out", "empty");
    expect(code).toBe(2);
    expect(stderr).toMatch(/--out empty is not empty; name a folder that does not exist yet/);
    writeFileSync(join(cwd, "file"), "");
    expect((await run("export", "./tiny", "--out", "file")).stderr).toMatch(/--out file is not a folder/);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(existsSync(join(cwd, "empty", "modules.json"))).toBe(true);
  });

  it("needs --out", async () => {
    expect((await run("export", "./tiny")).code).toBe(2);
  });
});
