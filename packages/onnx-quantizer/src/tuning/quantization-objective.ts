import {
  cosineSimilarity,
  embed,
  type EmbeddingModel,
  type Embeddings,
  InvalidArgumentError,
  type ModelFolder,
} from "@kokeshi/core";
import { part } from "../part.js";

/** A model that is to be judged. The tuner opens and closes what is in it. */
export interface QuantizationCandidate {
  model: EmbeddingModel;
  /** The model as files, for those who open it in another way: its graph is `graph` in there. */
  folder: ModelFolder;
  graph: string;
  /** The float32 model; `model` itself when that is judged, which is the first. */
  reference: EmbeddingModel;
}

/** What a quantized model is to be good at. */
export interface QuantizationObjective {
  /** For the ledger: "cosine_spearman of STSBenchmark". */
  readonly name: string;
  /** Higher is better. */
  score(candidate: QuantizationCandidate, options: { signal?: AbortSignal }): Promise<number>;
}

/**
 * The mean cosine between the vectors of the candidate and those of the float32 model, 1 at best: an objective that
 * needs no judged data. Throws InvalidArgumentError where there is no text.
 */
export function meanCosineToFloat32(texts: readonly string[]): QuantizationObjective {
  const kept = texts.filter((text) => text.trim() !== "");
  if (kept.length === 0) {
    throw new InvalidArgumentError({
      part,
      problem: "there are no texts to compare vectors on",
      remedy: "pass some hundred texts of the kind to come",
    });
  }
  const vectors = new WeakMap<EmbeddingModel, Promise<Embeddings>>();
  return {
    name: `mean cosine to float32 over ${kept.length} texts`,
    async score({ model, reference }, { signal }) {
      let expected = vectors.get(reference);
      if (expected === undefined) {
        expected = embed(reference, kept, { signal }).then(({ embeddings }) => embeddings);
        vectors.set(reference, expected);
      }
      if (model === reference) return 1;
      return meanCosine((await embed(model, kept, { signal })).embeddings, await expected);
    },
  };
}

/** Of row with row. */
export function meanCosine(vectors: Embeddings, expected: Embeddings): number {
  let sum = 0;
  for (let row = 0; row < expected.rows; row++) sum += cosineSimilarity(vectors.row(row), expected.row(row));
  return sum / expected.rows;
}
