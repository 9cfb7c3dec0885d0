import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCaptured } from "../fixtures/run-captured.js";
import { temporaryFolder } from "../fixtures/temporary-folder.js";

const golden = join(import.meta.dirname, "../../../transformer-int8/src/fixtures/golden/bert");
const cwd = temporaryFolder();

interface Golden {
  texts: string[];
  variants: { name: string; modules: unknown; pooling: unknown; alone: number[][] }[];
}

/** A tiny BERT as sentence-transformers writes it, whose vectors PyTorch has computed. */
function writeTransformer(): Golden["variants"][number] & Pick<Golden, "texts"> {
  const { texts, variants } = JSON.parse(readFileSync(join(golden, "golden.json"), "utf8")) as Golden;
  const variant = variants.find(({ name }) => name === "normalized mean");
  if (variant === undefined) throw new Error("no such variant");
  const folder = join(cwd, "encoder");
  for (const name of ["tokenizer.json", "config.json", "sentence_bert_config.json", "onnx/model.onnx"]) {
    cpSync(join(golden, name), join(folder, name));
  }
  mkdirSync(join(folder, "1_Pooling"));
  writeFileSync(join(folder, "1_Pooling/config.json"), JSON.stringify(variant.pooling));
  writeFileSync(join(folder, "modules.json"), JSON.stringify(variant.modules));
  writeFileSync(
    join(folder, "config_sentence_transformers.json"),
    JSON.stringify({ prompts: { query: "query: " }, default_prompt_name: null }),
  );
  writeFileSync(join(folder, "README.md"), "---\nlicense: mit\n---\n");
  return { ...variant, texts };
}

const { texts, alone } = writeTransformer();

describe("a transformer's folder", () => {
  it("is inspected", async () => {
    const { code, stdout } = await runCaptured(["models", "inspect", "./encoder", "--json"], { cwd });
    expect(code).toBe(0);
    const files = readdirSync(join(cwd, "encoder"), { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(cwd, "encoder", path)).isFile())
      .sort();
    expect(JSON.parse(stdout)).toEqual({
      model: expect.stringMatching(/^encoder@[0-9a-f]{12}$/) as string,
      backend: "transformer-int8",
      dimensions: 16,
      maxTokens: 16,
      tokenizerPath: "fast",
      precision: "float32",
      batchInvariant: true,
      prompts: { query: "query: " },
      licence: "mit",
      files: files.map((path) => ({ path, bytes: statSync(join(cwd, "encoder", path)).size })),
    });
  });

  it("gives the vectors that PyTorch gives, and says what was cut", async () => {
    const stdin = texts.join("\n") + "\n";
    const { code, stdout } = await runCaptured(["embed", "--model", "./encoder", "--json"], { cwd, stdin });
    expect(code).toBe(0);
    const { embeddings, truncated } = JSON.parse(stdout) as { embeddings: number[][]; truncated: number[] };
    expect(truncated).toEqual([2]);
    expect(embeddings.length).toBe(texts.length);
    embeddings.flat().forEach((value, index) => expect(value).toBeCloseTo(alone.flat()[index] as number, 5));
  });

  it("with a broken graph ends with 1 and says so", async () => {
    cpSync(join(cwd, "encoder"), join(cwd, "broken"), { recursive: true });
    const graph = readFileSync(join(golden, "onnx/model.onnx"));
    writeFileSync(join(cwd, "broken/onnx/model.onnx"), graph.subarray(0, graph.length / 2));
    const { code, stderr } = await runCaptured(["models", "inspect", "./broken"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\[kokeshi\] \[\w[\w-]*\] .+; .+/);
  });
});
