import { embed, memoryFolder, type EmbeddingModel } from "@kokeshi/core";
import { loadStaticModel, type StaticEmbeddingModel, type TermFrequency } from "@kokeshi/static-model";
import { createTokenizer } from "@kokeshi/tokenizer";
import { describe, expect, it } from "vitest";
import { readStaticModel } from "./compress/read-static-model.js";
import { staticModelFiles } from "./compress/static-model-files.js";
import { ContrastiveLoss } from "./contrastive-loss.js";
import { tokenizePairs } from "./pair-source.js";
import { createNormalRandom, createRandom } from "./random.js";
import { TrainableTable } from "./table/trainable-table.js";
import { trainStatic } from "./train-static.js";
import { textVectors } from "./validation/text-vectors.js";
import { unigramJson } from "./vocabulary/fixtures/small-tokenizers.js";
import { withTermFrequency } from "./with-term-frequency.js";

const dimensions = 20;
const tokenizer = createTokenizer(JSON.parse(unigramJson()));
const normal = createNormalRandom(createRandom(8));
const table = Float32Array.from({ length: tokenizer.vocabularySize * dimensions }, normal);
const pairs = [
  { anchor: "cat cat cat s", positive: "東京 cat 東京" },
  { anchor: "東 京 京 京 京 京", positive: "cats cats s s s" },
  { anchor: "cats", positive: "京 s" },
];
const texts = pairs.flatMap(({ anchor, positive }) => [anchor, positive]);

/** The model that `table` makes, and what it is once its rows are int8. */
async function written(
  termFrequency: TermFrequency,
): Promise<{ model: EmbeddingModel; read: StaticEmbeddingModel }> {
  const files = staticModelFiles(
    { table, dimensions, tokenizerJson: unigramJson(), normalize: false, termFrequency },
    "kokeshi",
  );
  const model = await loadStaticModel(memoryFolder("small", files));
  return { model, read: readStaticModel(model) };
}

describe.each(["linear", "sublinear"] as const)("%s term frequency", (termFrequency) => {
  it("gives texts while training the vectors that the model gives them", async () => {
    const { model, read } = await written(termFrequency);
    const { embeddings } = await embed(model, texts, { normalize: false });
    const tokens = tokenizer.encodeBatch(texts, { addSpecialTokens: false });
    const weighed = withTermFrequency(tokens, termFrequency);
    const trainable = TrainableTable.create(tokenizer.vocabularySize, dimensions);
    trainable.values.set(read.table);
    expectClose(trainable.forward(weighed).vectors, embeddings.data);
    expectClose(textVectors(read.table, dimensions, weighed).data, embeddings.data);
  });

  it("is what trainStatic computes its loss by", async () => {
    const { model, read } = await written(termFrequency);
    const vectorsOf = async (side: "anchor" | "positive"): Promise<Float32Array> => {
      const { embeddings } = await embed(
        model,
        pairs.map((pair) => pair[side]),
        { normalize: false },
      );
      return embeddings.data;
    };
    const contrastive = await ContrastiveLoss.create({ dimensions: [dimensions], scale: 20, threads: 1 });
    const expected = await contrastive.run(
      await vectorsOf("anchor"),
      await vectorsOf("positive"),
      new Float32Array(0),
    );
    await contrastive.close();
    const losses: number[] = [];
    await trainStatic({
      sources: [await tokenizePairs("pairs", pairs, tokenizer)],
      vocabularySize: tokenizer.vocabularySize,
      dimensions: [dimensions],
      initialTable: read.table,
      termFrequency,
      steps: 1,
      threads: 1,
      onProgress: ({ loss }) => losses.push(loss),
    });
    expect(losses[0]).toBeCloseTo(expected.loss, 5);
  });
});

it("makes a difference to texts that repeat a token", () => {
  const tokens = tokenizer.encodeBatch(texts, { addSpecialTokens: false });
  const before = tokens.ids.slice();
  const [linear, sublinear] = (["linear", "sublinear"] as const).map((termFrequency) =>
    textVectors(table, dimensions, withTermFrequency(tokens, termFrequency)),
  );
  expect(linear?.row(0)).not.toEqual(sublinear?.row(0));
  // "cats" is one token.
  expect(linear?.row(4)).toEqual(sublinear?.row(4));
  expect(tokens.ids).toEqual(before);
});

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs((actual[index] as number) - value)).toBeLessThan(1e-6);
}
