import { embed, memoryFolder, similarityMatrix, type EmbeddingModel } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { loadStaticModel } from "@kokeshi/static-model";
import { beforeAll, describe, expect, it } from "vitest";
import { staticModelFiles } from "../compress/static-model-files.js";
import { distil } from "./distil.js";
import type { DistilOptions } from "./distil-options.js";

/** No token comes twice: it would weigh less, which the student's layout cannot say. */
const texts = [
  "The cat sat on it",
  "The feline rested quietly",
  "今日は東京で会議があります",
  "The meeting in Tokyo today",
  "Quantum theory for beginners",
  "",
];

describe("distilling @kokeshi/model-en-ja", () => {
  let teacher: EmbeddingModel;
  beforeAll(async () => {
    teacher = await loadStaticModel(await resolveModel("@kokeshi/model-en-ja"));
  });

  async function student(options: DistilOptions): Promise<EmbeddingModel> {
    const { model } = await distil(teacher, options);
    return loadStaticModel(memoryFolder("student", staticModelFiles(model, "model2vec")));
  }

  it("gives back its cosines, turned into principal components", async () => {
    const { embeddings } = await embed(teacher, texts);
    const expected = similarityMatrix(embeddings, embeddings).data;
    const { dimensions } = teacher;
    const turned = (await embed(await student({ dimensions, center: false }), texts)).embeddings;
    expect(turned.data).not.toEqual(embeddings.data);
    similarityMatrix(turned, turned).data.forEach((value, index) =>
      expect(value).toBeCloseTo(expected[index] as number, 5),
    );
  });

  it("gives back its vectors of words that are tokens, where it is asked for each token", async () => {
    const tokenizerJson = await (await resolveModel("@kokeshi/model-en-ja")).read("tokenizer.json");
    const asked = await student({ tokenizerJson, dimensions: "all", weighting: "none" });
    const words = ["cat", "Tokyo", "today", "meeting"];
    const [expected, actual] = [await embed(teacher, words), await embed(asked, words)];
    expect(Array.from(actual.tokenCounts)).toEqual([1, 1, 1, 1]);
    actual.embeddings.data.forEach((value, index) =>
      expect(value).toBeCloseTo(expected.embeddings.data[index] as number, 5),
    );
  });
});
