import { memoryFolder } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { openEncoder } from "./encoder/open-encoder.js";
import { goldenNames, largestDifference, readGolden, variantFiles } from "./fixtures/golden-folder.js";

const tolerance = 1e-5;

describe.each(goldenNames)("%s", (name) => {
  const { texts, ids, truncated, variants } = readGolden(name);

  it.each(variants)("gives PyTorch's vectors: $name", async (variant) => {
    const encoder = await openEncoder(memoryFolder(name, variantFiles(name, variant)));
    const { prompt = "" } = variant;
    const inputs = texts.map((text) => prompt + text);
    const promptTokens = encoder.countPromptTokens(prompt);
    const tokens = encoder.tokenize(inputs);
    if (prompt === "") {
      expect(
        texts.map((_, row) => [...tokens.ids.subarray(tokens.offsets[row], tokens.offsets[row + 1])]),
      ).toEqual(ids);
      expect(tokens.truncated).toEqual(truncated);
    }

    const together = new Float32Array(texts.length * encoder.dimensions);
    await encoder.encode({ ...tokens, promptTokens }, together);
    expect(largestDifference(together, variant.batch.flat())).toBeLessThan(tolerance);
    for (const [row, expected] of variant.alone.entries()) {
      const alone = new Float32Array(encoder.dimensions);
      await encoder.encode(
        { ids: tokens.ids, offsets: tokens.offsets.subarray(row, row + 2), promptTokens },
        alone,
      );
      expect(largestDifference(alone, expected)).toBeLessThan(tolerance);
    }
    await encoder.close();
  });
});

describe("other graphs of the same model", () => {
  const { texts, variants } = readGolden("bert");
  const mean = variants.find((variant) => variant.name === "normalized mean") ?? variants[0];
  if (mean === undefined) throw new Error("no variants");

  it.each([
    ["asks for position_ids, as int32, and for no types", "onnx/with-positions.onnx"],
    ["pools its tokens itself", "onnx/of-texts.onnx"],
  ] as const)("a graph that %s gives the same vectors", async (_, precision) => {
    const encoder = await openEncoder(memoryFolder("bert", variantFiles("bert", mean)), { precision });
    const vectors = new Float32Array(texts.length * encoder.dimensions);
    await encoder.encode(encoder.tokenize(texts), vectors);
    expect(largestDifference(vectors, mean.batch.flat())).toBeLessThan(tolerance);
    await encoder.close();
  });
});
