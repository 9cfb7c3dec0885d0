import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { createTokenizer } from "../../create-tokenizer.js";
import { findDifferences } from "../fixtures/compare-with-native.js";
import { randomTexts } from "../fixtures/random-text.js";

interface GoldenFile {
  cases: { textId: string; ids: number[]; idsNoSpecial: number[] }[];
}

const names = ["clip", "falcon", "llama2", "phi-2", "roberta-base", "whisper-tiny"];
const paths = names.flatMap((name) => [`tokenizers/${name}.json.gz`, `golden/tokens/${name}.json.gz`]);

function readJson(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(dataPath(path))).toString());
}

// Made with npm `tokenizers` 0.23.2; no divergence is known.
describeWithData("published BPE tokenizers", ["golden/tokens/texts.json.gz", ...paths], () => {
  it.each(names)("%s: golden ids", (name) => {
    const { texts } = readJson("golden/tokens/texts.json.gz") as { texts: { id: string; text: string }[] };
    const textById = new Map(texts.map(({ id, text }) => [id, text]));
    const golden = readJson(`golden/tokens/${name}.json.gz`) as GoldenFile;
    const tokenizer = createTokenizer(readJson(`tokenizers/${name}.json.gz`));
    expect(tokenizer.path).toBe("fast");
    for (const { textId, ids, idsNoSpecial } of golden.cases) {
      const text = textById.get(textId) as string;
      expect(Array.from(tokenizer.encode(text)), textId).toEqual(ids);
      expect(Array.from(tokenizer.encode(text, { addSpecialTokens: false })), textId).toEqual(idsNoSpecial);
    }
  });

  it.each(names)("%s: random texts as the native library", async (name) => {
    const json = readJson(`tokenizers/${name}.json.gz`) as object;
    const tokens = [...createTokenizer(json).vocabulary().keys()];
    expect(await findDifferences(json, randomTexts(11, 500, tokens))).toEqual([]);
  });
});
