import { InvalidArgumentError, InvalidFileError } from "@kokeshi/core";
import { GraphEditor } from "@kokeshi/onnx";
import { describe, expect, it } from "vitest";
import { calibrationBatch, text, tinyEncoder } from "../fixtures/tiny-encoder.js";
import { denseLayers } from "../quantize/dense-layers.js";
import { collectRanges, type CalibrationBatch } from "./min-max.js";
import { tokenBatches } from "./token-batches.js";

async function collect(batches: AsyncIterable<CalibrationBatch>): Promise<CalibrationBatch[]> {
  const all: CalibrationBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe("tokenBatches", () => {
  it("puts texts of like length together within the budget, and pads", async () => {
    const texts = [[1, 2, 3, 4], [5], [], [6, 7], [8, 9, 10], [11]];
    const batches = await collect(tokenBatches(texts, { tokenBudget: 6, padTokenId: 99 }));
    expect(batches.map((batch) => batch["input_ids"]?.shape)).toEqual([
      [3, 2],
      [1, 3],
      [1, 4],
    ]);
    expect(batches[0]?.["input_ids"]?.data).toEqual(BigInt64Array.of(5n, 99n, 11n, 99n, 6n, 7n));
    expect(batches[0]?.["attention_mask"]?.data).toEqual(BigInt64Array.of(1n, 0n, 1n, 0n, 1n, 1n));
    expect(batches[0]?.["token_type_ids"]?.data).toEqual(new BigInt64Array(6));
  });

  it("takes a window at a time from a stream", async () => {
    async function* stream(): AsyncGenerator<number[]> {
      for (let index = 0; index < 10; index++) yield text(1 + (index % 3), index);
    }
    const batches = await collect(tokenBatches(stream(), { window: 4 }));
    expect(batches.map((batch) => batch["input_ids"]?.shape)).toEqual([
      [4, 3],
      [4, 3],
      [2, 3],
    ]);
  });
});

describe("collectRanges", () => {
  const model = tinyEncoder();
  const values = denseLayers(new GraphEditor(model)).map((layer) => layer.input);

  it("gives the extremes over all batches, one batch or many", async () => {
    const texts = [text(5), text(5, 1), text(5, 2)];
    const together = await collectRanges(model, values, [calibrationBatch(texts)]);
    const oneByOne = await collectRanges(
      model,
      values,
      texts.map((tokens) => calibrationBatch([tokens])),
    );
    // Query, key and value take the same activations.
    expect(together.size).toBe(8);
    for (const [name, { minimum, maximum }] of together) {
      expect(minimum).toBeLessThan(maximum);
      expect(oneByOne.get(name)?.minimum).toBeCloseTo(minimum, 5);
      expect(oneByOne.get(name)?.maximum).toBeCloseTo(maximum, 5);
    }
    const fewer = await collectRanges(model, values, [calibrationBatch([text(5)])]);
    for (const [name, { minimum, maximum }] of fewer) {
      expect(minimum).toBeGreaterThanOrEqual((together.get(name)?.minimum ?? 0) - 1e-5);
      expect(maximum).toBeLessThanOrEqual((together.get(name)?.maximum ?? 0) + 1e-5);
    }
    // The model itself is as it was.
    expect(model.graph.outputs.map((output) => output.name)).toEqual(["last_hidden_state"]);
  });

  it("refuses nothing to calibrate on, and activations that are not finite", async () => {
    await expect(collectRanges(model, values, [])).rejects.toThrow(InvalidArgumentError);
    const broken = tinyEncoder();
    const weights = broken.graph.initializers.find((tensor) => tensor.shape.length === 2);
    if (weights !== undefined) weights.data = new Uint8Array(weights.data.length).fill(0xff);
    await expect(collectRanges(broken, values, [calibrationBatch([text(3)])])).rejects.toThrow(
      InvalidFileError,
    );
  });
});
