import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { describe, expect, it } from "vitest";
import { calibrationBatch, copyOf, text, tinyEncoder } from "../fixtures/tiny-encoder.js";
import { optimizeEncoder } from "../optimize-encoder.js";
import { encoderLayers } from "../quantize/dense-layers.js";
import { ActivationStatistics, layerRanges } from "./activation-statistics.js";
import { collectStatistics } from "./collect-statistics.js";
import { parseStatistics } from "./parse-statistics.js";

const model = tinyEncoder();
const texts = [text(5), text(9, 1), text(2, 2), text(30, 3)];
const batches = texts.map((tokens) => calibrationBatch([tokens]));

function expectAlike(a: ActivationStatistics, b: ActivationStatistics): void {
  expect([a.texts, a.tokens]).toEqual([b.texts, b.tokens]);
  const expected = layerRanges(b);
  for (const [layer, { minimum, maximum }] of layerRanges(a)) {
    expect(minimum).toBeCloseTo(expected.get(layer)?.minimum ?? NaN, 4);
    expect(maximum).toBeCloseTo(expected.get(layer)?.maximum ?? NaN, 4);
    expect(a.of(layer).means()[7]).toBeCloseTo(b.of(layer).means()[7] as number, 5);
    expect(a.of(layer).positions).toBe(a.tokens);
  }
}

describe("collectStatistics", () => {
  it("gives the same whatever the batches, the padding and the passes before", async () => {
    const oneByOne = await collectStatistics(model, batches);
    expect([oneByOne.batches, oneByOne.texts, oneByOne.tokens]).toEqual([4, 4, 46]);
    // Query, key and value share what they take: four values a layer.
    expect(oneByOne.values.length).toBe(8);
    expect(oneByOne.values.flatMap((value) => value.layers).sort()).toEqual(
      encoderLayers(model)
        .map((layer) => layer.name)
        .sort(),
    );
    expectAlike(await collectStatistics(model, [calibrationBatch(texts)]), oneByOne);
    const optimized = copyOf(model);
    await optimizeEncoder(optimized);
    expectAlike(await collectStatistics(optimized, [calibrationBatch(texts)]), oneByOne);
    // The model itself is as it was.
    expect(model.graph.outputs.map((output) => output.name)).toEqual(["last_hidden_state"]);
  });

  it("runs large batches in parts", async () => {
    const many = Array.from({ length: 40 }, (_, seed) => text(30, seed));
    const together = await collectStatistics(model, [calibrationBatch(many)]);
    expect([together.batches, together.texts, together.tokens]).toEqual([1, 40, 1200]);
    expectAlike(
      together,
      await collectStatistics(
        model,
        many.map((tokens) => calibrationBatch([tokens])),
      ),
    );
  });

  it("goes on after it was stopped, from a file, as if it never had been", async () => {
    const whole = await collectStatistics(model, batches);
    const begun = new ActivationStatistics();
    const controller = new AbortController();
    const seen: number[] = [];
    const stopped = collectStatistics(model, batches, {
      statistics: begun,
      signal: controller.signal,
      onProgress: ({ batches: done, texts: count, tokens }) => {
        seen.push(done, count, tokens);
        if (done === 2) controller.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(seen).toEqual([1, 1, 5, 2, 2, 14]);
    const statistics = parseStatistics(JSON.stringify(begun));
    expect(await collectStatistics(model, batches, { statistics })).toEqual(whole);
  });

  it("refuses nothing to calibrate on, statistics of another model, activations that are not finite", async () => {
    await expect(collectStatistics(model, [])).rejects.toThrow(InvalidArgumentError);
    const statistics = await collectStatistics(model, batches.slice(0, 1));
    await expect(collectStatistics(tinyEncoder({ layers: 1 }), batches, { statistics })).rejects.toThrow(
      /of another model/,
    );
    expect(() => statistics.of("pooler")).toThrow(/know nothing of the dense layer pooler/);
    const broken = tinyEncoder();
    const weights = broken.graph.initializers.find((tensor) => tensor.shape.length === 2);
    if (weights !== undefined) weights.data = new Uint8Array(weights.data.length).fill(0xff);
    await expect(collectStatistics(broken, batches)).rejects.toThrow(InvalidFileError);
  });
});
