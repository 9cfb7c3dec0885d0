import { embed, memoryFolder, type EmbeddingModel } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import {
  goldenNames,
  largestDifference,
  modelFiles,
  readGolden,
  variantFiles,
  type GoldenVariant,
} from "./fixtures/golden-folder.js";
import { int8Graph } from "./fixtures/int8-graph.js";
import { loadTransformerModel, type TransformerOptions } from "./load-transformer-model.js";

/** The most that a component of a text's vector differs between the text alone and in company, in either order. */
async function spread(name: string, graph: Uint8Array, options: TransformerOptions = {}) {
  const { texts, variants } = readGolden(name);
  const company = Array.from({ length: 30 }, (_, index) => `${texts[index % texts.length]} ${index}`);
  const files = variantFiles(name, variants[0] as GoldenVariant);
  const folder = memoryFolder(name, { ...files, "onnx/model.onnx": graph });
  const model: EmbeddingModel = await loadTransformerModel(folder, { workers: 1, threads: 1, ...options });
  try {
    const together = (await embed(model, [...texts, ...company])).embeddings;
    const backwards = (await embed(model, [...company, ...[...texts].reverse()])).embeddings;
    let most = 0;
    for (const [row, text] of texts.entries()) {
      const alone = (await embed(model, [text])).embeddings.row(0);
      const last = backwards.rows - 1 - row;
      for (const other of [together.row(row), backwards.row(last)]) {
        most = Math.max(most, largestDifference(alone, other));
      }
    }
    return { most, says: model.description?.batchInvariant };
  } finally {
    await model.close();
  }
}

describe.each(goldenNames)("the vector of a text, alone and in company, of %s", (name) => {
  const float32 = modelFiles(name)["onnx/model.onnx"] as Uint8Array;

  it("is the same in float32 to 1e-6", async () => {
    const { most, says } = await spread(name, float32);
    expect(says).toBe(true);
    expect(most).toBeLessThanOrEqual(1e-6);
  });

  it("is the same in INT8 whose scales stand in the graph", async () => {
    const { most, says } = await spread(name, int8Graph(float32, "static"));
    expect(says).toBe(true);
    expect(most).toBeLessThanOrEqual(1e-6);
  });

  it("is not in dynamic INT8, which the model says, unless every text goes alone", async () => {
    const dynamic = int8Graph(float32, "dynamic");
    const { most, says } = await spread(name, dynamic);
    expect(says).toBe(false);
    expect(most).toBeGreaterThan(1e-6);
    expect(await spread(name, dynamic, { tokenBudget: 1 })).toEqual({ most: 0, says: true });
  });
});
