import { describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { goldenTokenizers, readGoldenTexts, readGoldenTokens, readTokenizerJson } from "./fixtures/golden.js";
import { createLibraryEncoder } from "./library-encoder.js";
import { readSpecialTokens } from "./special-tokens.js";
import { TokenIdBuffer } from "./token-id-buffer.js";
import { readTokenizerFile } from "./tokenizer-file.js";

/**
 * Texts, by tokenizer, that the library path splits otherwise than the Rust library, with the reason. The test fails
 * for a divergence that is not listed and for a listed one that is gone.
 *
 * None is known: library-component.ts and library-encoder.ts correct what `@huggingface/tokenizers` 0.2.0 does
 * differently on these files (without them 1,306 of the 8,730 texts diverge).
 */
const knownDivergences: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

describeWithData(
  "the library path against the Rust library",
  ["golden/tokens", "tokenizers", "models"],
  () => {
    const texts = readGoldenTexts();

    it.each(goldenTokenizers)("%s", (name) => {
      const file = readTokenizerFile(readTokenizerJson(name));
      const { before, after } = readSpecialTokens(file.postProcessor);
      const encoder = createLibraryEncoder(file, undefined);
      const { cases } = readGoldenTokens(name);
      expect(cases).toHaveLength(582);
      const divergent = cases.filter(({ textId, ids, idsNoSpecial }) => {
        const buffer = new TokenIdBuffer();
        encoder.encode(texts.get(textId) as string, buffer);
        const content = Array.from(buffer.toArray());
        return !equal(content, idsNoSpecial) || !equal([...before, ...content, ...after], ids);
      });
      expect(divergent.map(({ textId }) => textId)).toEqual(Object.keys(knownDivergences[name] ?? {}));
    });
  },
);

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
