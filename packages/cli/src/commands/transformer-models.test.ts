import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StandInHub, type StandInFiles } from "@kokeshi/stand-in-hub";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";
import { tinyDynamicInt8, writeTinyEncoder } from "../fixtures/tiny-encoder.js";

const cwd = temporaryFolder();
const { texts, vectors } = writeTinyEncoder(join(cwd, "encoder"));

describe("a transformer's folder", () => {
  it("is inspected", async () => {
    const { code, stdout } = await runCaptured(["models", "inspect", "./encoder", "--json"], { cwd });
    expect(code).toBe(0);
    const files = readdirSync(join(cwd, "encoder"), { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(cwd, "encoder", path)).isFile())
      .sort();
    expect(JSON.parse(stdout)).toEqual({
      model: expect.stringMatching(/^encoder@[0-9a-f]{12}\+onnx\/model\.onnx$/) as string,
      backend: "transformer-int8",
      dimensions: 16,
      maxTokens: 16,
      tokenizerPath: "fast",
      precision: "float32",
      batchInvariant: true,
      optimizations: null,
      prompts: { query: "query: " },
      licence: "mit",
      files: files.map((path) => ({ path, bytes: statSync(join(cwd, "encoder", path)).size })),
    });
  });

  it("has its optimised graph kept where KOKESHI_GRAPH_CACHE says", async () => {
    const env = { KOKESHI_GRAPH_CACHE: "graphs" };
    const { stdout } = await runCaptured(["models", "inspect", "./encoder"], { cwd, env });
    expect(stdout).toMatch(/^optimizations +attention fused in 2 layers$/m);
    expect(readdirSync(join(cwd, "graphs"))).toHaveLength(1);
  });

  it("gives the vectors that PyTorch gives, and says what was cut", async () => {
    const stdin = texts.join("\n") + "\n";
    const { code, stdout } = await runCaptured(["embed", "--model", "./encoder", "--json"], { cwd, stdin });
    expect(code).toBe(0);
    const { embeddings, truncated } = JSON.parse(stdout) as { embeddings: number[][]; truncated: number[] };
    expect(truncated).toEqual([2]);
    expect(embeddings.length).toBe(texts.length);
    embeddings
      .flat()
      .forEach((value, index) => expect(value).toBeCloseTo(vectors.flat()[index] as number, 5));
  });

  it("with a broken graph ends with 1 and says so", async () => {
    cpSync(join(cwd, "encoder"), join(cwd, "broken"), { recursive: true });
    const graph = readFileSync(join(cwd, "encoder/onnx/model.onnx"));
    writeFileSync(join(cwd, "broken/onnx/model.onnx"), graph.subarray(0, graph.length / 2));
    const { code, stderr } = await runCaptured(["models", "inspect", "./broken"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\[kokeshi\] \[\w[\w-]*\] .+; .+/);
  });

  it("takes the graph that --graph names, whatever --precision its vectors have", async () => {
    cpSync(join(cwd, "encoder"), join(cwd, "both"), { recursive: true });
    writeFileSync(join(cwd, "both/onnx/model_int8.onnx"), await tinyDynamicInt8());
    const inspect = async (...options: string[]) => {
      const { stdout, stderr } = await runCaptured(["models", "inspect", "./both", "--json", ...options], {
        cwd,
      });
      return { ...(JSON.parse(stdout) as object), stderr };
    };
    const noted = expect.stringMatching(/depends a little on the texts beside it; --graph float32/) as string;
    expect(await inspect()).toMatchObject({ precision: "int8", batchInvariant: false, stderr: noted });
    expect(await inspect("--graph", "float32")).toMatchObject({
      precision: "float32",
      batchInvariant: true,
      stderr: "",
    });
    const dependent = await runCaptured(["embed", "--model", "./both", "--json"], { cwd, stdin: "the\n" });
    expect(JSON.parse(dependent.stdout)).toMatchObject({ batchInvariant: false });

    const embedding = ["embed", "--model", "./both", "--precision", "ubinary", "--json", "--graph"];
    const codes = await Promise.all(
      ["float32", "onnx/model.onnx"].map((graph) =>
        runCaptured([...embedding, graph], { cwd, stdin: "the\n" }),
      ),
    );
    expect(codes.map(({ code }) => code)).toEqual([0, 0]);
    expect(codes[0]?.stdout).toBe(codes[1]?.stdout);
    expect(codes[0]?.stdout).not.toMatch(/batchInvariant/);

    expect(await runCaptured([...embedding, "float16"], { cwd, stdin: "the\n" })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no ONNX graph in float16; choose among onnx\/model.onnx/) as string,
    });
    expect((await runCaptured([...embedding, "int7"], { cwd, stdin: "the\n" })).code).toBe(2);
  });
});

it("an index refuses the queries of another graph of its model", async () => {
  cpSync(join(cwd, "encoder"), join(cwd, "graphs"), { recursive: true });
  writeFileSync(join(cwd, "graphs/onnx/model_int8.onnx"), await tinyDynamicInt8());
  const ofModel = ["--model", "./graphs", "--quiet"];
  const build = ["index", "build", "-", "--out", "graphs.kidx", ...ofModel];
  expect((await runCaptured(build, { cwd, stdin: texts.join("\n") })).code).toBe(0);
  const search = ["index", "search", "graphs.kidx", texts[0] as string, ...ofModel, "--graph"];
  expect((await runCaptured([...search, "int8"], { cwd })).code).toBe(0);
  expect(await runCaptured([...search, "float32"], { cwd })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /vectors of graphs@\w+\+onnx\/model_int8.onnx, these are of graphs@\w+\+onnx\/model.onnx/,
    ) as string,
  });
});

describe("an encoder on the Hub", () => {
  let hub: StandInHub;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.stop();
  });

  /** The folder of the tests above as a repository that has its weights in many forms. */
  async function startHub(cache: string): Promise<void> {
    const commit = "1".repeat(40);
    const paths = readdirSync(join(cwd, "encoder"), { recursive: true, encoding: "utf8" });
    const files: StandInFiles = {
      "model.safetensors": new Uint8Array(5000),
      "onnx/model_fp16.onnx": new Uint8Array(5000).fill(1),
      "onnx/model_quantized.onnx": await tinyDynamicInt8(),
      "openvino/openvino_model.bin": new Uint8Array(5000).fill(2),
    };
    for (const path of paths) {
      const file = join(cwd, "encoder", path);
      if (statSync(file).isFile()) files[path] = readFileSync(file);
    }
    hub = await StandInHub.start();
    hub.repositories.set("acme/encoder", { refs: { main: commit }, commits: { [commit]: files } });
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_HUB_CACHE", join(cwd, cache));
  }

  const weightsOf = (stdout: string) =>
    (JSON.parse(stdout) as { files: { path: string }[] }).files
      .map(({ path }) => path)
      .filter((path) => /onnx|safetensors|openvino/.test(path));

  it("is pulled with one graph, and opened without the network", async () => {
    await startHub("cache-int8");
    const { code, stdout } = await runCaptured(["models", "pull", "hf:acme/encoder", "--json"], { cwd });
    expect(code).toBe(0);
    expect(weightsOf(stdout)).toEqual(["onnx/model_quantized.onnx"]);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    const inspected = await runCaptured(["models", "inspect", "hf:acme/encoder", "--json"], { cwd });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ precision: "int8", batchInvariant: false });
    const missing = await runCaptured(["models", "inspect", "hf:acme/encoder", "--graph", "float32"], {
      cwd,
    });
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/lacks onnx\/model.onnx of hf:acme\/encoder/);
  });

  it("is pulled in the precision that --graph says", async () => {
    await startHub("cache-float32");
    const pull = ["models", "pull", "hf:acme/encoder", "--json", "--graph"];
    const { stdout } = await runCaptured([...pull, "float32"], { cwd });
    expect(weightsOf(stdout)).toEqual(["onnx/model.onnx"]);
    const later = await runCaptured([...pull.slice(0, -1), "--precision", "float16"], { cwd });
    expect(weightsOf(later.stdout)).toEqual(["onnx/model.onnx", "onnx/model_fp16.onnx"]);
    const none = await runCaptured([...pull, "int4"], { cwd });
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/no ONNX graph in int4; choose among onnx/);
  });

  it("gives its tokenizer without any weights", async () => {
    await startHub("cache-tokenizer");
    const { code } = await runCaptured(["tokenize", "--model", "hf:acme/encoder"], { cwd, stdin: "the\n" });
    expect(code).toBe(0);
    expect(hub.requests.filter(({ path }) => /resolve.*(?:onnx|safetensors)/.test(path))).toEqual([]);
  });
});
