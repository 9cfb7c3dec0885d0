import { GraphEditor, type OnnxModel } from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import {
  calibrationBatch,
  copyOf,
  cosine,
  hiddenStates,
  text,
  tinyEncoder,
} from "../fixtures/tiny-encoder.js";
import { layerRanges } from "../calibration/activation-statistics.js";
import { collectStatistics } from "../calibration/collect-statistics.js";
import type { ActivationRange } from "../calibration/ranges/activation-range.js";
import { optimizeEncoder } from "../optimize-encoder.js";
import { scaleOfRange, type ActivationScale } from "./activation-scale.js";
import { denseLayers } from "./dense-layers.js";
import { quantizeDense, type DenseLayout } from "./quantize-dense.js";

const texts = Array.from({ length: 6 }, (_, seed) => text(3 + seed * 4, seed));

async function scalesOf(model: OnnxModel): Promise<Map<string, ActivationScale>> {
  const ranges = layerRanges(await collectStatistics(model, [calibrationBatch([text(23, 5)])]));
  return new Map(
    denseLayers(new GraphEditor(model)).map(({ name, input }) => {
      const { minimum, maximum } = ranges.get(name) as ActivationRange;
      return [input, scaleOfRange(minimum, maximum)];
    }),
  );
}

describe("quantizeDense", async () => {
  const original = tinyEncoder();
  const expected = await hiddenStates(original, texts);
  const optimized = copyOf(original);
  await optimizeEncoder(optimized);
  const scales = await scalesOf(optimized);

  for (const layout of [
    "dynamic-fused",
    "dynamic-shared",
    "dynamic-standard",
    "static-fused",
    "static-qdq",
  ] as const satisfies readonly DenseLayout[]) {
    it(`${layout}: every dense layer becomes INT8 and the vectors stay close`, async () => {
      const model = copyOf(optimized);
      expect(quantizeDense(new GraphEditor(model), { layout, scales })).toBe(12);
      const states = await hiddenStates(model, texts);
      states.forEach((state, index) => {
        const fidelity = cosine(state, expected[index] as Float32Array);
        expect(fidelity).toBeGreaterThan(0.998);
        expect(fidelity).toBeLessThan(0.9999999);
      });
    });
  }

  for (const layout of ["static-fused", "static-qdq"] as const) {
    it(`${layout}: signed activations give the vectors of unsigned ones, bit for bit`, async () => {
      const signed = new Map(
        Array.from(scales, ([name, { scale, zeroPoint }]) => [
          name,
          { scale, zeroPoint: zeroPoint - 128, type: "int8" as const },
        ]),
      );
      const [unsignedStates, signedStates] = await Promise.all(
        [scales, signed].map((choice) => {
          const model = copyOf(optimized);
          quantizeDense(new GraphEditor(model), { layout, scales: choice });
          return hiddenStates(model, texts);
        }),
      );
      expect(signedStates).toEqual(unsignedStates);
    });
  }

  for (const layout of ["dynamic-fused", "dynamic-shared", "dynamic-standard"] as const) {
    it(`${layout}: one scale for all weights of a layer stays close too`, async () => {
      const model = copyOf(optimized);
      quantizeDense(new GraphEditor(model), { layout, weightScales: "per-tensor" });
      const states = await hiddenStates(model, texts);
      states.forEach((state, index) => {
        expect(cosine(state, expected[index] as Float32Array)).toBeGreaterThan(0.99);
      });
    });
  }

  it("with static scales, a text's vectors do not depend on its batch", async () => {
    const model = copyOf(optimized);
    quantizeDense(new GraphEditor(model), { layout: "static-fused", scales });
    const alone = await Promise.all(texts.map(async (tokens) => (await hiddenStates(model, [tokens]))[0]));
    // Padded to the longest: rounding of floats may differ, and turn a code of a byte now and then.
    const together = await hiddenStates(model, texts);
    together.forEach((state, index) => {
      expect(1 - cosine(state, alone[index] as Float32Array)).toBeLessThan(1e-6);
    });
    // Of one length: bit for bit.
    const twins = [text(11, 7), text(11, 8), text(11, 9)];
    const batch = await hiddenStates(model, twins);
    for (const [index, tokens] of twins.entries()) {
      expect(batch[index]).toEqual((await hiddenStates(model, [tokens]))[0]);
    }
  });

  it("with scales found at run time, it does: the reason for static ones", async () => {
    const model = copyOf(optimized);
    quantizeDense(new GraphEditor(model), { layout: "dynamic-fused" });
    const together = await hiddenStates(model, texts);
    const alone = await hiddenStates(model, [texts[0] as number[]]);
    expect(together[0]).not.toEqual(alone[0]);
    expect(1 - cosine(together[0] as Float32Array, alone[0] as Float32Array)).toBeGreaterThan(1e-6);
  });

  it("leaves layers without a scale in float32", () => {
    const model = copyOf(optimized);
    expect(quantizeDense(new GraphEditor(model), { layout: "static-fused", scales: new Map() })).toBe(0);
  });
});
