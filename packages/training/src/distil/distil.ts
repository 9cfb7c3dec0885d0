import { Embeddings, InvalidArgumentError, truncateDimensions, type EmbeddingModel } from "@kokeshi/core";
import type { StaticEmbeddingModel } from "@kokeshi/static-model";
import { readStaticModel } from "../compress/read-static-model.js";
import {
  fitPrincipalComponents,
  meanRow,
  projectRows,
  type PrincipalComponents,
} from "../linear/principal-components.js";
import { addWords } from "../vocabulary/add-words.js";
import { commonTokens } from "../vocabulary/common-tokens.js";
import { countTokens } from "../vocabulary/count-tokens.js";
import { keepTokens } from "../vocabulary/keep-tokens.js";
import { parseTokenizer, type ParsedTokenizer } from "../vocabulary/tokenizer-json.js";
import { embedVocabulary, rowsOf, tableOf, type VocabularyVectors } from "./embed-vocabulary.js";
import { encodeKnown } from "./encode-known.js";
import { regressTable, type RegressionOptions, type RegressionResult } from "./regress-table.js";
import { teacherVectors, type TeacherOptions } from "./teacher-vectors.js";
import {
  countedProbabilities,
  defaultSifCoefficient,
  sifWeights,
  weightRows,
  zipfProbabilities,
} from "./token-weights.js";

export interface DistilOptions {
  /**
   * Contents of the tokenizer.json whose vocabulary the student gets, usually that of the teacher. Default: a static
   * teacher's own; its rows are then read as they are, instead of asking for each token.
   */
  tokenizerJson?: string | Uint8Array;
  /** Words that become tokens as well, commonest first. */
  words?: readonly string[];
  /** Tokens that the student does not get, besides special ones. Default: `[unused0]`, `[unused1]`, …, as Model2Vec. */
  removeTokens?: RegExp;
  /** Tokens that stay: those that are commonest in `texts`, and the characters they are made of. Default: all. */
  vocabularySize?: number;
  /**
   * Principal components to keep; "all" keeps the teacher's own dimensions as they are. Default: 256, or what the teacher
   * has where that is less; "all" where the rows of a static teacher are read.
   */
  dimensions?: number | "all";
  /**
   * Keep the teacher's first dimensions instead of principal components: better where it was trained with Matryoshka
   * sizes. Default: false.
   */
  matryoshka?: boolean;
  /**
   * Subtract the mean vector before the projection, as Model2Vec does. Default: true, and false where the rows of a static
   * teacher are read.
   */
  center?: boolean;
  /**
   * Multiply each token's vector by a / (a + p): "zipf" takes p from the token's place in the vocabulary, as Model2Vec;
   * "counted" from how often it occurs in `texts`; "none" leaves the vectors. Default: "zipf", and "none" where the rows of a static teacher are
   * read, which carry their weights.
   */
  weighting?: "zipf" | "counted" | "none";
  /** The a of the weighting. Default: 1e-4. */
  sifCoefficient?: number;
  /** Texts for "counted", `vocabularySize` and the regression. Texts that come twice count once in the regression. */
  texts?: readonly string[];
  /** Afterwards move the vectors so that the student gives `texts` what the teacher gives them. Default: no. */
  regression?: Omit<RegressionOptions, "signal" | "onProgress">;
  /**
   * After the regression multiply each vector by a / (a + p) with this a, p counted in `texts`: Tokenlearn's last step.
   * Default: do not, as vectors that are learnt by their cosines learn how much each token weighs.
   */
  reweighting?: number;
  /** Whose prompt of the teacher goes before each token and text. Default: none. */
  inputType?: string;
  /** Texts a call to the teacher. Default: what it does best with. */
  batchSize?: number;
  /** A file that keeps what the teacher gives, so that a run which was interrupted goes on. Default: none. */
  cache?: string;
  /** Licence of the teacher, which the student inherits. Default: what the teacher says. */
  licence?: string;
  signal?: AbortSignal;
  onProgress?: (progress: DistilProgress) => void;
}

export interface DistilProgress {
  /** Tokens that the teacher was asked for, texts that it was asked for, or epochs of the regression. */
  stage: "vocabulary" | "texts" | "regression";
  done: number;
  total: number;
  /** In the stage "regression". */
  validationLoss?: number;
}

export interface Distilled {
  /** What `staticEmbeddingFiles` and its kind write. */
  model: StaticEmbeddingModel;
  tokens: number;
  /** Tokens without a vector of their own: the unknown token, and those that are no text. */
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
 * Special tokens leave the vocabulary; the unknown token stays, with zeros, which is as good as dropping it where vectors
 * are scaled to length 1. Rejects with `signal.reason` when aborted.
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
      : ownVectors(own, student.formerIds, tokenizer.unknownId);
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
    const tokens = encodeKnown(tokenizer, vectors.known, uniqueTexts);
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

interface StudentTokenizer {
  parsed: ParsedTokenizer;
  /** The words that were added, by their ids. */
  words: ReadonlyMap<number, string>;
  unreachable: readonly string[];
  /** Ids that the tokens have in the file that was given, where no words were added. */
  formerIds: Uint32Array;
}

async function studentTokenizer(
  tokenizerJson: string | Uint8Array,
  { removeTokens = /^\[unused\d+\]$/, words = [], vocabularySize, texts = [], signal }: DistilOptions,
): Promise<StudentTokenizer> {
  const given = parseTokenizer(tokenizerJson);
  const isSpecial = new Set(
    (given.json.added_tokens ?? []).filter((token) => token.special === true).map(({ id }) => id),
  );
  const plain = keepTokens(given, (token, id) => !isSpecial.has(id) && token.search(removeTokens) < 0);
  const larger =
    words.length === 0
      ? { tokenizer: plain.tokenizer, added: new Map<number, string>(), unreachable: [] }
      : addWords(plain.tokenizer, words);
  const { tokenizer: parsed, added, unreachable } = larger;
  if (vocabularySize === undefined || vocabularySize >= parsed.tokenizer.vocabularySize) {
    return { parsed, words: added, unreachable, formerIds: plain.formerIds };
  }
  const counts = await countTokens(parsed.tokenizer, texts, { signal });
  const common = commonTokens(parsed, counts, vocabularySize);
  const smaller = keepTokens(parsed, (_, id) => common.has(id));
  const keptWords = new Map<number, string>();
  smaller.formerIds.forEach((former, id) => {
    const word = added.get(former);
    if (word !== undefined) keptWords.set(id, word);
  });
  const formerIds = smaller.formerIds.map((former) => plain.formerIds[former] ?? 0);
  return { parsed: smaller.tokenizer, words: keptWords, unreachable, formerIds };
}

/** The rows of a static model, by new ids. */
function ownVectors(
  { table, dimensions }: StaticEmbeddingModel,
  formerIds: Uint32Array,
  unknownId: number | undefined,
): VocabularyVectors {
  const own = new Float32Array(formerIds.length * dimensions);
  formerIds.forEach((former, id) => {
    if (id !== unknownId)
      own.set(table.subarray(former * dimensions, (former + 1) * dimensions), id * dimensions);
  });
  const isZero = (id: number): boolean =>
    own.subarray(id * dimensions, (id + 1) * dimensions).every((value) => value === 0);
  const known = formerIds.map((_, id) => id).filter((id) => !isZero(id));
  return { table: own, dimensions, known };
}

function requireUsable(teacher: EmbeddingModel, options: DistilOptions): void {
  const {
    dimensions,
    sifCoefficient = 1,
    reweighting = 1,
    weighting,
    regression,
    texts = [],
    vocabularySize,
  } = options;
  const fault = (problem: string, remedy: string): InvalidArgumentError =>
    new InvalidArgumentError({ part: "training", problem, remedy });
  const isCount = (value: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= teacher.dimensions;
  if (dimensions !== undefined && dimensions !== "all" && !isCount(dimensions)) {
    throw fault(
      `dimensions is ${dimensions}, but ${teacher.modelId} gives ${teacher.dimensions}`,
      `use a whole number from 1 to ${teacher.dimensions}, or "all"`,
    );
  }
  for (const [name, value] of Object.entries({ sifCoefficient, reweighting })) {
    if (!(value > 0 && value < Infinity))
      throw fault(`${name} is ${value}`, "use a number above 0, such as 1e-4");
  }
  if (vocabularySize !== undefined && !(Number.isInteger(vocabularySize) && vocabularySize >= 1))
    throw fault(`vocabularySize is ${vocabularySize}`, "use a whole number of at least 1");
  if (options.words !== undefined && options.tokenizerJson === undefined) {
    throw fault("words have no rows in a static model", "pass tokenizerJson, so that they are asked for");
  }
  const needing = [
    ...(weighting === "counted" ? ["the weighting by counts"] : []),
    ...(vocabularySize === undefined ? [] : ["vocabularySize"]),
    ...(regression === undefined ? [] : ["regression"]),
    ...(options.reweighting === undefined ? [] : ["reweighting"]),
  ];
  if (texts.length === 0 && needing.length > 0)
    throw fault(`${needing[0]} needs texts`, "pass texts such as the student will read");
}
