import { expect, it } from "vitest";
import { sampleTexts } from "./sample-texts.js";
import type { TextRecord } from "./text-record.js";

async function* lists(texts: readonly string[], size = 7): AsyncGenerator<TextRecord[]> {
  for (let start = 0; start < texts.length; start += size) {
    yield texts.slice(start, start + size).map((text, index) => ({
      text,
      id: String(start + index),
      line: start + index + 1,
    }));
  }
}

const hundred = Array.from({ length: 100 }, (_, index) => `text ${index}`);

it("keeps all texts where there are few, but blank ones", async () => {
  expect(await sampleTexts(lists(["a", "", " ", "b"]), 3, 1)).toEqual(["a", "b"]);
});

it("is the same for the same seed, and another for another", async () => {
  const sample = await sampleTexts(lists(hundred), 10, 1);
  expect(new Set(sample).size).toBe(10);
  expect(await sampleTexts(lists(hundred, 100), 10, 1)).toEqual(sample);
  expect(await sampleTexts(lists(hundred), 10, 2)).not.toEqual(sample);
});

it("gives every text about the same chance", async () => {
  const counts = new Map(hundred.map((text) => [text, 0]));
  for (let seed = 0; seed < 1000; seed++) {
    for (const text of await sampleTexts(lists(hundred), 10, seed))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  // 100 expected, with a standard deviation of 9.5.
  expect(Math.min(...counts.values())).toBeGreaterThan(60);
  expect(Math.max(...counts.values())).toBeLessThan(140);
});
