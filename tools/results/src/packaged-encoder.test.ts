import { cosineSimilarity, embed, type EmbeddingModel } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { loadTransformerModel } from "@kokeshi/transformer-int8";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeScores } from "./describe-scores.js";

let model: EmbeddingModel;

beforeAll(async () => {
  model = await loadTransformerModel(await resolveModel("@kokeshi/model-en-ja-encoder"));
});
afterAll(() => model.close());

const texts = [
  "The cat sleeps on the sofa.",
  "猫がソファで寝ている。",
  "株価が下がった。",
  "How do I install Node?",
];
/** Of the float32 weights, by PyTorch 1.13: cosines between the first text and the others. */
const cosinesToFirst = [0.69327, -0.03361, -0.05965];

describe("@kokeshi/model-en-ja-encoder", () => {
  it("is an INT8 graph whose vectors do not depend on their batch", () => {
    expect(model.description).toMatchObject({ precision: "int8", batchInvariant: true });
    expect(model.dimensions).toBe(768);
  });

  it("gives the cosines of its float32 weights", async () => {
    const { embeddings } = await embed(model, texts);
    for (const [index, expected] of cosinesToFirst.entries())
      expect(cosineSimilarity(embeddings.row(0), embeddings.row(index + 1))).toBeCloseTo(expected, 2);
  });

  it("gives a text the same vector alone and beside longer ones", async () => {
    const { embeddings } = await embed(model, texts);
    const { embeddings: alone } = await embed(model, texts.slice(2, 3));
    expect(cosineSimilarity(alone.row(0), embeddings.row(2))).toBeGreaterThan(1 - 1e-6);
  });
});

describeScores("@kokeshi/model-en-ja-encoder", () => model, [
  { task: "STSBenchmark", bar: 0.76 },
  { task: "JSTS", bar: 0.785 },
]);
