import { embed, InvalidArgumentError, memoryFolder } from "@kokeshi/core";
import {
  loadStaticModel,
  model2VecFiles,
  staticEmbeddingFiles,
  type StaticEmbeddingModel,
} from "@kokeshi/static-model";
import { describe, expect, it } from "vitest";
import { createNormalRandom, createRandom } from "../random.js";
import { unigramJson } from "../vocabulary/fixtures/small-tokenizers.js";
import { clusterVocabulary } from "./cluster-vocabulary.js";

const dimensions = 4;
const tokens = 14;

/** Tokens of three directions and many lengths, the unknown token without any. */
function threeDirections(): StaticEmbeddingModel {
  const normal = createNormalRandom(createRandom(5));
  const directions = Float32Array.from({ length: 3 * dimensions }, normal);
  const table = Float32Array.from({ length: tokens * dimensions }, (_, k) => {
    const token = Math.floor(k / dimensions);
    return token === 2
      ? 0
      : (1 + token) * (directions[(token % 3) * dimensions + (k % dimensions)] as number);
  });
  return { table, dimensions, tokenizerJson: unigramJson(), normalize: true };
}

const texts = ["cats", "cat s", "東京 cat", "c a t"];

describe("clusterVocabulary", () => {
  it("loses nothing where there are no more directions than rows, whatever the lengths", async () => {
    const model = threeDirections();
    const clustered = await clusterVocabulary(model, 8);
    expect(clustered.table).toHaveLength(8 * dimensions);
    const open = (files: Record<string, Uint8Array>) => loadStaticModel(memoryFolder("clustered", files));
    const [before, after] = [
      await embed(await open(staticEmbeddingFiles(model)), texts, { normalize: false }),
      await embed(await open(model2VecFiles(clustered)), texts, { normalize: false }),
    ];
    after.embeddings.data.forEach((value, k) =>
      expect(value).toBeCloseTo(before.embeddings.data[k] as number, 5),
    );
    expect(clustered.weights?.[2]).toBe(0);
  });

  it("comes closer with more rounds and with more rows", async () => {
    const normal = createNormalRandom(createRandom(6));
    const model = { ...threeDirections(), table: Float32Array.from({ length: tokens * dimensions }, normal) };
    const error = async (size: number, rounds: number): Promise<number> => {
      const { table, mapping, weights } = await clusterVocabulary(model, size, { rounds });
      return model.table.reduce((sum, value, index) => {
        const [token, k] = [Math.floor(index / dimensions), index % dimensions];
        const row = mapping?.[token] as number;
        return sum + (value - (weights?.[token] as number) * (table[row * dimensions + k] as number)) ** 2;
      }, 0);
    };
    expect(await error(4, 10)).toBeLessThan(await error(4, 0));
    expect(await error(9, 10)).toBeLessThan(await error(4, 10));
    expect(await error(tokens, 1)).toBeLessThan(1e-9);
  });

  it("is the same every time", async () => {
    const [first, again] = [
      await clusterVocabulary(threeDirections(), 3),
      await clusterVocabulary(threeDirections(), 3),
    ];
    expect(again).toEqual(first);
  });

  it("refuses more rows than tokens, and none", async () => {
    await expect(clusterVocabulary(threeDirections(), 14)).rejects.toThrow(InvalidArgumentError);
    await expect(clusterVocabulary(threeDirections(), 0)).rejects.toThrow(InvalidArgumentError);
  });

  it("stops when told", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(clusterVocabulary(threeDirections(), 3, { signal })).rejects.toThrow("enough");
  });
});
