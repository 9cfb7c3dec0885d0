import { describe, expect, it } from "vitest";
import { text } from "../fixtures/tiny-encoder.js";
import type { CalibrationBatch } from "./calibration-batch.js";
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
