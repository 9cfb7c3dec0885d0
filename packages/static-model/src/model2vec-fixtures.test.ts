import { describeWithData } from "@kokeshi/test-data";
import { beforeAll, expect, it } from "vitest";
import { memoryFolder } from "@kokeshi/core";
import { exportStaticEmbedding } from "./export-static-embedding.js";
import { expectedVector, model2VecFolder } from "./fixtures/model2vec-models.js";
import { loadStaticModel } from "./load-static-model.js";
import type { StaticModel } from "./static-model.js";

const short = "hello world";
const long = Array(1000).fill("hello").join(" ");

async function vectorOf(model: StaticModel, text: string): Promise<number[]> {
  return Array.from((await model.doEmbed({ texts: [text] })).embeddings.row(0));
}

/** Greatest absolute difference of a component. The vectors have length 1. */
function difference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((component, index) => Math.abs(component - (b[index] as number))));
}

// The models, the expected vectors and the tolerances between formats are those of MinishLab/model2vec-rs (tests/).
describeWithData("the models of model2vec-rs", ["models/model2vec-rs"], () => {
  const models = new Map<string, StaticModel>();
  const names = ["float32", "float16", "int8", "sentence-transformers", "vocab-quantized"];
  const model = (name: string) => models.get(name) as StaticModel;

  beforeAll(async () => {
    for (const name of names) models.set(name, await loadStaticModel(model2VecFolder(`test-model-${name}`)));
  });

  it("give the expected vectors to 1e-6", async () => {
    expect(
      difference(await vectorOf(model("float32"), short), expectedVector("embeddings_short.json")),
    ).toBeLessThan(1e-6);
    expect(
      difference(await vectorOf(model("float32"), long), expectedVector("embeddings_long.json")),
    ).toBeLessThan(1e-6);
    const quantized = expectedVector("embeddings_vocab_quantized.json");
    expect(difference(await vectorOf(model("vocab-quantized"), long), quantized)).toBeLessThan(1e-6);
  });

  it("cut the long text to 512 tokens and say so", async () => {
    for (const name of names) {
      const { tokenCounts, truncated } = await model(name).doEmbed({ texts: [short, long, ""] });
      expect(Array.from(tokenCounts)).toEqual([name === "vocab-quantized" ? expect.any(Number) : 2, 512, 0]);
      expect(truncated).toEqual([1]);
      expect(model(name).maxTokens).toBe(512);
    }
  });

  it("cut by tokens too, where a text has more of them than its characters promise", async () => {
    const { tokenCounts, truncated } = await model("float32").doEmbed({ texts: ["a ".repeat(600)] });
    expect([tokenCounts[0], truncated]).toEqual([512, [0]]);
  });

  it("agree across number formats to 1e-1, across layouts to 1e-5", async () => {
    const reference = await vectorOf(model("float32"), short);
    expect(difference(await vectorOf(model("float16"), short), reference)).toBeLessThan(1e-1);
    expect(difference(await vectorOf(model("int8"), short), reference)).toBeLessThan(1e-1);
    for (const text of [short, long]) {
      const layout = difference(
        await vectorOf(model("sentence-transformers"), text),
        await vectorOf(model("float32"), text),
      );
      expect(layout).toBeLessThan(1e-5);
    }
  });

  it("give zeros for the empty text and for one of unknown tokens", async () => {
    for (const name of names) {
      const { embeddings, tokenCounts } = await model(name).doEmbed({ texts: ["", "\u{1F5FF}"] });
      expect(embeddings.data.every((component) => component === 0)).toBe(true);
      expect(Array.from(tokenCounts)).toEqual([0, 0]);
    }
  });

  it("say what they are", () => {
    const described = Object.fromEntries(names.map((name) => [name, model(name).description.precision]));
    expect(described).toEqual({
      float32: "float32",
      float16: "float16",
      int8: "int8",
      "sentence-transformers": "float32",
      "vocab-quantized": "float32",
    });
    expect(model("float32").description).toMatchObject({
      backend: "static",
      batchInvariant: true,
      licence: "mit",
    });
    expect(model("float32").modelId).toBe("test-model-float32");
  });

  it("keep their vectors when exported for sentence-transformers", async () => {
    const texts = [short, "", "the quick brown fox \u{1F5FF} jumps!"];
    for (const name of names) {
      const exported = await loadStaticModel(memoryFolder("exported", exportStaticEmbedding(model(name))));
      const { embeddings: after } = await exported.doEmbed({ texts });
      const { embeddings: before } = await model(name).doEmbed({ texts });
      expect(difference(Array.from(after.data), Array.from(before.data))).toBeLessThan(1e-6);
      expect(exported.maxTokens).toBeUndefined();
    }
  });

  it("give a text the same vector in any company, bit for bit", async () => {
    const texts = [short, "", "kokeshi dolls", long, "a", short, "ｆｕｌｌ width"];
    for (const name of names) {
      const { embeddings: together } = await model(name).doEmbed({ texts });
      const { embeddings: reversed } = await model(name).doEmbed({ texts: texts.toReversed() });
      for (const [index, text] of texts.entries()) {
        expect(Array.from(together.row(index))).toEqual(await vectorOf(model(name), text));
        expect(reversed.row(texts.length - 1 - index)).toEqual(together.row(index));
      }
    }
  });
});
