import { createBackendRegistry, embed, type EmbeddingModel } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import { packTokenizerTrie } from "@kokeshi/tokenizer/load";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeScores } from "./describe-scores.js";

let model: EmbeddingModel;

beforeAll(async () => {
  const folder = await resolveModel("@kokeshi/model-en-ja");
  ({ model } = await createBackendRegistry([staticBackend]).open(folder));
});
afterAll(() => model.close());

describe("@kokeshi/model-en-ja", () => {
  it("gives a text one vector whatever its case, widths, spaces and invisible characters", async () => {
    const { embeddings } = await embed(model, [
      "abc カナ の 話",
      "ＡＢＣ　ｶﾅ の\t話 ",
      "a\u200bbc カナ の\n話\ufeff",
      "xyz",
    ]);
    expect(embeddings.row(1)).toEqual(embeddings.row(0));
    expect(embeddings.row(2)).toEqual(embeddings.row(0));
    expect(embeddings.row(3)).not.toEqual(embeddings.row(0));
  });
});

it("its tokenizer.trie is what its tokenizer.json compiles to", async () => {
  const folder = await resolveModel("@kokeshi/model-en-ja");
  const packed = packTokenizerTrie(await folder.read("tokenizer.json"));
  expect(Buffer.compare(packed as Uint8Array, await folder.read("tokenizer.trie"))).toBe(0);
});

describeScores("@kokeshi/model-en-ja", () => model, [
  { task: "STSBenchmark", bar: 0.7 },
  { task: "JSTS", bar: 0.7 },
  { task: "JaQuAD-retrieval", bar: 0.65 },
]);
