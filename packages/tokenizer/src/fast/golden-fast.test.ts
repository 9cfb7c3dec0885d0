import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { dataPath, describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { createTokenizer } from "../create-tokenizer.js";

interface GoldenFile {
  /** Relative to the data folder. */
  file: string;
  cases: { textId: string; ids: number[]; idsNoSpecial: number[] }[];
}

const names = [
  "all-MiniLM-L6-v2",
  "bert-base-uncased",
  "llm-jp-ver2.2",
  "model2vec-vocab-quantized",
  "model2vec-wordpiece",
  "nmt-unigram",
  "paraphrase-multilingual-mpnet-base-v2",
  "t5-small",
];

function readJson(path: string): unknown {
  const bytes = readFileSync(dataPath(path));
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
}

// Made with npm `tokenizers` 0.23.2; no divergence is known.
describeWithData("the fast path gives the ids of the native library", ["golden/tokens/texts.json.gz"], () => {
  it.each(names)("%s", (name) => {
    const { texts } = readJson("golden/tokens/texts.json.gz") as { texts: { id: string; text: string }[] };
    const textById = new Map(texts.map(({ id, text }) => [id, text]));
    const golden = readJson(`golden/tokens/${name}.json.gz`) as GoldenFile;
    const tokenizer = createTokenizer(readJson(golden.file));
    expect(tokenizer.path).toBe("fast");
    for (const { textId, ids, idsNoSpecial } of golden.cases) {
      const text = textById.get(textId) as string;
      expect(Array.from(tokenizer.encode(text)), textId).toEqual(ids);
      expect(Array.from(tokenizer.encode(text, { addSpecialTokens: false })), textId).toEqual(idsNoSpecial);
    }
  });
});
