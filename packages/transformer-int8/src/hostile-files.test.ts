import { KokeshiError, memoryFolder } from "@kokeshi/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openEncoder } from "./encoder/open-encoder.js";
import { openTextTokenizer } from "./encoder/open-text-tokenizer.js";
import { readEncoderPlan } from "./encoder/read-encoder-plan.js";
import { readGolden, variantFiles } from "./fixtures/golden-folder.js";
import { readPrompts } from "./folder/read-prompts.js";
import { transformerBackend } from "./transformer-backend.js";

const { texts, variants } = readGolden("bert");
const variant = variants.find(({ name }) => name === "Dense with tanh");
if (variant === undefined) throw new Error("no such variant");
const whole: Record<string, Uint8Array | string> = {
  ...variantFiles("bert", variant),
  "tokenizer_config.json": JSON.stringify({ model_max_length: 512, do_lower_case: true }),
  "config_sentence_transformers.json": JSON.stringify({
    prompts: { query: "query: " },
    default_prompt_name: "query",
  }),
};

const folderWith = (path: string, file: Uint8Array | string) =>
  memoryFolder("bert", { ...whole, [path]: file });
const bytesOf = (path: string) => Uint8Array.from(Buffer.from(whole[path] as Uint8Array));

/** All that is read before the graph is opened. */
async function readFolder(folder: ReturnType<typeof memoryFolder>): Promise<void> {
  await transformerBackend.detect(folder);
  await readPrompts(folder);
  const tokenizer = await openTextTokenizer(folder, await readEncoderPlan(folder));
  tokenizer.tokenize(texts);
}

/** Whether it went well; anything but a KokeshiError is thrown on. */
async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (error instanceof KokeshiError) return false;
    throw error;
  }
}

/** A few bytes changed, perhaps the end cut off. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(
    fc.nat(bytes.length - 1),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
  );
  return fc
    .tuple(fc.array(change, { minLength: 1, maxLength: 4 }), fc.option(fc.nat(bytes.length - 1), { freq: 4 }))
    .map(([changes, length]) => {
      const copy = bytes.slice(0, length ?? bytes.length);
      for (const [index, value] of changes) if (index < copy.length) copy[index] = value;
      return copy;
    });
}

/** One value somewhere in a JSON file is another. */
function otherValue(json: unknown): fc.Arbitrary<unknown> {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      null,
      -1,
      0,
      1,
      1.5,
      1e30,
      2 ** 31,
      "",
      "..",
      "../..",
      "__proto__",
      "constructor",
      [],
      {},
      true,
    ),
  );
  if (typeof json !== "object" || json === null) return value;
  const parts = Object.entries(json).map(([key, part]) =>
    otherValue(part).map((other) =>
      Array.isArray(json)
        ? json.map((old, index) => (String(index) === key ? other : old))
        : { ...json, [key]: other },
    ),
  );
  return fc.oneof({ arbitrary: value, weight: 1 }, ...parts.map((arbitrary) => ({ arbitrary, weight: 3 })));
}

const jsonFiles = [
  "modules.json",
  "1_Pooling/config.json",
  "2_Dense/config.json",
  "config.json",
  "sentence_bert_config.json",
  "tokenizer_config.json",
  "config_sentence_transformers.json",
  "tokenizer.json",
];

describe("only typed errors", () => {
  it.each(jsonFiles)("come of other values in %s", async (path) => {
    const json: unknown = JSON.parse(Buffer.from(bytesOf(path)).toString());
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(otherValue(json), async (other) => {
        if (!(await succeeds(readFolder(folderWith(path, JSON.stringify(other)))))) failures++;
      }),
      { numRuns: 60 },
    );
    expect(failures).toBeGreaterThan(0);
  });

  it.each([...jsonFiles, "2_Dense/model.safetensors", "onnx/model.onnx"])(
    "come of damage to %s",
    async (path) => {
      let failures = 0;
      await fc.assert(
        fc.asyncProperty(damaged(bytesOf(path)), async (bytes) => {
          if (!(await succeeds(readFolder(folderWith(path, bytes))))) failures++;
        }),
        { numRuns: 40 },
      );
      expect(failures).toBeGreaterThan(0);
    },
  );

  it.each(Object.keys(whole).filter((path) => !/dense\/|of-texts|with-positions/.test(path)))(
    "come of a missing or empty %s",
    async (path) => {
      const rest = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== path));
      await succeeds(readFolder(memoryFolder("bert", rest)));
      expect(await succeeds(readFolder(folderWith(path, "")))).toBe(false);
    },
  );

  it("come of a damaged graph that ONNX Runtime is given", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(damaged(bytesOf("onnx/model.onnx")), async (bytes) => {
        const attempt = openEncoder(folderWith("onnx/model.onnx", bytes)).then(async (encoder) => {
          runs++;
          try {
            await encoder.encode(
              encoder.tokenize(texts),
              new Float32Array(texts.length * encoder.dimensions),
            );
          } finally {
            await encoder.close();
          }
        });
        await succeeds(attempt);
      }),
      { numRuns: 40, seed: 7 },
    );
    // Damage to weights alone leaves a graph that runs.
    expect(runs).toBeGreaterThan(0);
  });
});
