import { Embeddings, truncateDimensions, type EmbeddingModel } from "@kokeshi/core";
import type { StaticEmbeddingModel } from "@kokeshi/static-model";
import { readStaticModel } from "../compress/read-static-model.js";
import {
  fitPrincipalComponents,
  meanRow,
  projectRows,
  type PrincipalComponents,
} from "../linear/principal-components.js";
import { countTokens } from "../vocabulary/count-tokens.js";
import { withTermFrequency } from "../with-term-frequency.js";
import { requireUsable, type DistilOptions } from "./distil-options.js";
import { embedVocabulary, rowsOf, tableOf, type VocabularyVectors } from "./embed-vocabulary.js";
import { encodeKnown } from "./encode-known.js";
import { regressTable, type RegressionResult } from "./regress-table.js";
import { studentTokenizer } from "./student-tokenizer.js";
import { teacherVectors, type TeacherOptions } from "./teacher-vectors.js";
import {
  countedProbabilities,
  defaultSifCoefficient,
  sifWeights,
  weightRows,
  zipfProbabilities,
} from "./token-weights.js";

export interface Distilled {
  /** What `staticEmbeddingFiles` and its kind write. */
  model: StaticEmbeddingModel;
  tokens: number;
  /** Tokens without a vector: those that are no text, and the unknown token of a teacher that was asked. */
  tokensWithoutVector: number;
  /** Words that were given and became tokens. */
  wordsAdded: number;
  /** Words that the tokenizer never takes as one token, and were left out. */
  wordsUnreachable: readonly string[];
  /** Share of the variance that the principal components keep; 1 where there are none. */
  explainedVariance: number;
  regression: RegressionResult | undefined;
}

/**
 * A static model that gives about the vectors of `teacher`: the teacher is asked for the vector of each token of a
 * vocabulary, the vectors are reduced to their principal components and weighted by how rare the token is (Model2Vec),
 * and perhaps moved until the mean over a text's tokens is close to what the teacher gives the text (Tokenlearn).
 *
 * Special tokens leave the vocabulary; the unknown token stays, with zeros unless a static teacher has a vector for it. Zeros
 * are as good as dropping it where vectors are scaled to length 1. Rejects with `signal.reason` when aborted.
 */
export async function distil(teacher: EmbeddingModel, options: DistilOptions): Promise<Distilled> {
  const { signal, onProgress, texts = [] } = options;
  const { sifCoefficient = defaultSifCoefficient } = options;
  requireUsable(teacher, options);
  const { tokenizerJson } = options;
  const own = tokenizerJson === undefined ? readStaticModel(teacher) : undefined;
  const { weighting = own === undefined ? "zipf" : "none", center = own === undefined } = options;
  const student = await studentTokenizer(
    tokenizerJson ?? (own as StaticEmbeddingModel).tokenizerJson,
    options,
  );
  const { tokenizer } = student.parsed;

  const asking = (stage: "vocabulary" | "texts"): TeacherOptions => ({
    inputType: options.inputType,
    batchSize: options.batchSize,
    cache: options.cache,
    signal,
    onProgress: ({ done, total }) => onProgress?.({ stage, done, total }),
  });
  const vectors =
    own === undefined
      ? await embedVocabulary(teacher, student.parsed, student.words, asking("vocabulary"))
      : ownVectors(own, student.formerIds);
  const uniqueTexts = options.regression === undefined ? [] : Array.from(new Set(texts));
  let targets = await teacherVectors(teacher, uniqueTexts, asking("texts"));

  let { table, dimensions } = vectors;
  const wanted = options.dimensions ?? (own === undefined ? Math.min(256, dimensions) : "all");
  let explainedVariance = 1;
  if (wanted !== "all" && options.matryoshka === true) {
    table = truncateDimensions(new Embeddings(table, dimensions), wanted).data;
    targets = truncateDimensions(new Embeddings(targets, dimensions), wanted).data;
    dimensions = wanted;
  } else if (wanted !== "all") {
    const rows = rowsOf(vectors);
    // Sentences are what the student is for: where enough are at hand, theirs are the axes.
    const fromTexts = uniqueTexts.length >= 2 * dimensions;
    const axes = await fitPrincipalComponents(fromTexts ? targets : rows, dimensions, wanted, {
      center,
      signal,
    });
    explainedVariance = axes.explained;
    const ownAxes = (own: Float32Array): PrincipalComponents =>
      center ? { ...axes, mean: meanRow(own, dimensions) } : axes;
    table = tableOf(await projectRows(rows, ownAxes(rows), signal), vectors.known, tokenizer.vocabularySize);
    if (targets.length > 0) targets = await projectRows(targets, ownAxes(targets), signal);
    dimensions = wanted;
  }

  const counted = async (): Promise<Float64Array> =>
    countedProbabilities(await countTokens(tokenizer, texts, { signal }));
  if (weighting !== "none") {
    const probabilities =
      weighting === "zipf" ? zipfProbabilities(tokenizer.vocabularySize) : await counted();
    weightRows(table, sifWeights(probabilities, sifCoefficient));
  }

  let regression: RegressionResult | undefined;
  if (options.regression !== undefined) {
    const tokens = withTermFrequency(encodeKnown(tokenizer, vectors.known, uniqueTexts), own?.termFrequency);
    regression = await regressTable(table, dimensions, tokens, targets, {
      ...options.regression,
      signal,
      onProgress: ({ epoch, epochs, validationLoss }) =>
        onProgress?.({ stage: "regression", done: epoch, total: epochs, validationLoss }),
    });
  }
  if (options.reweighting !== undefined) weightRows(table, sifWeights(await counted(), options.reweighting));

  return {
    model: {
      table,
      dimensions,
      tokenizerJson: JSON.stringify(student.parsed.json),
      normalize: own?.normalize ?? true,
      prompts: own?.prompts,
      termFrequency: own?.termFrequency,
      licence: options.licence ?? teacher.description?.licence,
      description: `Distilled from ${teacher.modelId}.`,
    },
    tokens: tokenizer.vocabularySize,
    tokensWithoutVector: tokenizer.vocabularySize - vectors.known.length,
    wordsAdded: student.words.size,
    wordsUnreachable: student.unreachable,
    explainedVariance,
    regression,
  };
}

/** The rows of a static model, by new ids. */
function ownVectors({ table, dimensions }: StaticEmbeddingModel, formerIds: Uint32Array): VocabularyVectors {
  const own = new Float32Array(formerIds.length * dimensions);
  formerIds.forEach((former, id) =>
    own.set(table.subarray(former * dimensions, (former + 1) * dimensions), id * dimensions),
  );
  const isZero = (id: number): boolean =>
    own.subarray(id * dimensions, (id + 1) * dimensions).every((value) => value === 0);
  const known = formerIds.map((_, id) => id).filter((id) => !isZero(id));
  return { table: own, dimensions, known };
}
