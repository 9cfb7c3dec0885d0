import { InvalidArgumentError, type EmbeddingModel } from "@kokeshi/core";
import type { RegressionOptions } from "./regress-table.js";

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
   * "counted" from how often it occurs in `texts`; "none" leaves the vectors. Default: "zipf", and
   * "none" where the rows of a static teacher are read, which carry their weights.
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

/** Throws InvalidArgumentError for options that cannot be used with this teacher. */
export function requireUsable(teacher: EmbeddingModel, options: DistilOptions): void {
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
