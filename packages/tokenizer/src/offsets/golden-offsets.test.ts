import { describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { createTokenizer } from "../create-tokenizer.js";
import {
  goldenTokenizers,
  readGoldenTexts,
  readGoldenTokens,
  readTokenizerJson,
} from "../fixtures/golden.js";
import { countCodePoints } from "./fixtures/code-points.js";
import { createOffsetEncoder } from "./offset-encoder.js";

// Made with npm `tokenizers` 0.23.2, which counts code points; no divergence is known.
describeWithData("offsets of the Rust library", ["golden/tokens", "tokenizers", "models"], () => {
  const texts = readGoldenTexts();

  it.each(goldenTokenizers)("%s", (name) => {
    const json = readTokenizerJson(name);
    const encoder = createOffsetEncoder(json);
    const tokenizer = createTokenizer(json);
    const { cases } = readGoldenTokens(name);
    let compared = 0;
    const divergent: unknown[] = [];
    for (const { textId, ids, offsets: expected } of cases) {
      const text = texts.get(textId) as string;
      const found = encoder.encodeWithOffsets(text);
      expect(found.ids, textId).toEqual(tokenizer.encode(text));
      expect(Array.from(found.ids), textId).toEqual(ids);
      if (expected === undefined) continue;
      compared++;
      const offsets = countCodePoints(text, found.offsets);
      if (JSON.stringify(offsets) !== JSON.stringify(expected)) {
        divergent.push({ textId, text, ...firstDifference(offsets, expected) });
      }
    }
    expect(divergent).toEqual([]);
    expect(compared).toBeGreaterThan(500);
  });
});

function firstDifference(found: readonly number[][], expected: readonly number[][]) {
  const token = expected.findIndex((range, index) => String(range) !== String(found[index]));
  return { token, found: found[token], expected: expected[token] };
}
