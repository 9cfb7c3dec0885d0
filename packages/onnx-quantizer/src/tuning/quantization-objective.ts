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

/** Scores by name. */
export type ObjectiveScores = Readonly<Record<string, number>>;

/** What a quantized model is to be good at. */
export interface QuantizationObjective {
  /** For the ledger: "cosine_spearman of STSBenchmark". */
  readonly name: string;
  /**
   * One number, or several by name that all have to hold; higher is better. Asked of the float32 model first, then of
   * every trial.
   */
  score(
    candidate: QuantizationCandidate,
    options: { signal?: AbortSignal },
  ): Promise<number | ObjectiveScores>;
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

/**
 * The scores that an objective gives; a single number is called "score". Throws InvalidArgumentError for one that cannot
 * be compared.
 */
export async function scoresOf(
  objective: QuantizationObjective,
  candidate: QuantizationCandidate,
  signal: AbortSignal | undefined,
): Promise<ObjectiveScores> {
  const given = await objective.score(candidate, { signal });
  const scores = typeof given === "number" ? { score: given } : given;
  const wrong = Object.entries(scores).find(([, score]) => !Number.isFinite(score));
  if (wrong === undefined && Object.keys(scores).length > 0) return scores;
  throw new InvalidArgumentError({
    part,
    problem: `the objective (${objective.name}) gave ${wrong === undefined ? "no score" : `${wrong[1]} as ${wrong[0]}`}`,
    remedy: "give finite numbers, higher for better models",
  });
}

/**
 * (float32's score - score) / |float32's score|, or the difference itself where float32 has 0; of several scores the
 * greatest such loss.
 */
export function relativeLoss(scores: ObjectiveScores, floatScores: ObjectiveScores): number {
  const losses = Object.entries(floatScores).map(
    ([name, float]) => (float - (scores[name] ?? NaN)) / (Math.abs(float) || 1),
  );
  return Math.max(...losses);
}
