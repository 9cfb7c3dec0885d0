import { InvalidArgumentError } from "@kokeshi/core";
import { ladder } from "@kokeshi/matryoshka";
import type { TermFrequency } from "@kokeshi/static-model";
import type { GradedSource } from "./graded-source.js";
import type { Schedule } from "./learning-rate.js";
import type { PairSource } from "./pair-source.js";
import type { TokenDropoutOptions } from "./token-dropout.js";
import type { TokenRows } from "./token-rows.js";

export interface StaticTrainingOptions {
  /** Pairs; those with explicit negatives use them. */
  sources: readonly PairSource[];
  /** Graded pairs, whose CoSENT loss joins the gradient of every step. Default: none. */
  graded?: GradedTrainingOptions;
  /** Rows of the table. */
  vocabularySize: number;
  /**
   * Matryoshka sizes, largest first; the first is the width of the table. Default: 256, 128, 64, 32, or, with
   * `initialTable`, its width and up to three powers of two below it.
   */
  dimensions?: readonly number[];
  /** How much each size counts in the loss. Default: 1 each. */
  weights?: readonly number[];
  /** How many steps. Give these or `epochs`. */
  steps?: number;
  /** As many steps as it takes to draw so many times the pairs of all sources. */
  epochs?: number;
  /** Pairs a step. Default: 2,048. */
  batchSize?: number;
  /** Peak learning rate. Default: 0.05, which suits a table that begins as N(0, 1). */
  learningRate?: number;
  /** Its course after the warm-up. Default: "cosine". */
  schedule?: Schedule;
  /** Share of the steps in which the learning rate rises. Default: 0.1. */
  warmup?: number;
  /** Factor on the cosines before the softmax. Default: 20. */
  scale?: number;
  /** Also ask each positive for its anchor. Default: true. */
  symmetric?: boolean;
  /** A source is drawn with a probability proportional to weight * (its pairs)^exponent. Default: 0.6. */
  sourceExponent?: number;
  /**
   * "sublinear": n occurrences of a token in a text weigh 1 + ln n in its mean, those that `tokenDropout` left. Write the
   * model with the same, and validate by it. Default: "linear".
   */
  termFrequency?: TermFrequency;
  /** Leaves tokens out of the texts that are trained on, at random. Default: none. */
  tokenDropout?: TokenDropoutOptions;
  /** Fills a part of each batch with pairs that are alike, whose texts are hard negatives of each other. Default: none. */
  neighbours?: NeighbourOptions;
  /** The table to begin with, which is not changed. Default: N(0, 1). */
  initialTable?: Float32Array;
  /**
   * Multiplies row t of the table at the beginning by `sif / (sif + share of t among all tokens)`: the smooth inverse
   * frequency of Arora et al. 2017, who take 1e-3 to 1e-4. Default: not at all.
   */
  sif?: number;
  /** The same seed on the same machine, with as many threads, gives the same table. Default: 1. */
  seed?: number;
  /** Threads ONNX Runtime may use. Default: 2. */
  threads?: number;
  checkpoint?: CheckpointOptions;
  validation?: ValidationOptions;
  /** Called after each step. */
  onProgress?: (progress: TrainingProgress) => void;
  /** Ends the training between two steps, with a checkpoint where there are any. */
  signal?: AbortSignal;
}

export interface GradedTrainingOptions {
  sources: readonly GradedSource[];
  /**
   * How much the CoSENT loss counts beside the contrastive loss, which is a mean where this is a logarithm of a sum.
   * Default: 0.05; more cost retrieval when the default model was made (docs/model-en-ja.md).
   */
  weight?: number;
  /** Graded pairs a step. Default: 256. */
  batchSize?: number;
  /** Factor on the cosines. Default: 20. */
  scale?: number;
}

export interface NeighbourOptions {
  /** Vectors of the vocabulary by which pairs are alike, of any width: the table of a first, short training. */
  table: Float32Array;
  /** Pairs that are taken together. Default: 256. */
  groupSize?: number;
  /** Share of a batch that comes from groups; the rest is drawn at random. Default: 0.75. */
  share?: number;
}

export interface CheckpointOptions {
  /** The file. It is replaced as a whole. */
  path: string;
  /** Steps from one checkpoint to the next; the last step and an abort write one too. Default: 500. */
  every?: number;
  /**
   * Takes up the training where the file left it; the result is bit for bit that of an uninterrupted run. Throws
   * NotFoundError where there is no file, InvalidArgumentError where it belongs to other options or data. Default: false.
   */
  resume?: boolean;
}

export interface ValidationOptions {
  /** How good a table is; greater is better. The table changes afterwards: copy what you keep. */
  score: (table: Float32Array, dimensions: number) => number | Promise<number>;
  /** Steps from one validation to the next; the last step is validated too. Default: 100. */
  every?: number;
  /** Ends the training after so many validations in a row without a new best score. Default: never. */
  patience?: number;
}

export interface TrainingProgress {
  /** Steps done, from 1. */
  step: number;
  steps: number;
  /** Of this step's batch, summed over the Matryoshka sizes. */
  loss: number;
  /** CoSENT loss of this step's graded pairs, before its weight. */
  gradedLoss?: number;
  learningRate: number;
  /** Name of the source of this step's batch. */
  source: string;
  /** Pairs of this step's batch. */
  pairs: number;
  /** Pairs of this step by the time it took, without validation and checkpoint. */
  pairsPerSecond: number;
  /** Score of the table after this step, where it was validated. */
  validation?: number;
}

/** Options with their defaults. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

/** Fills in the defaults. Throws InvalidArgumentError for options that cannot be used. */
export function resolveOptions(options: StaticTrainingOptions) {
  const { sources, vocabularySize, batchSize = 2048, graded } = options;
  const dimensions = options.dimensions ?? defaultDimensions(options);
  if (sources.length === 0) throw fault("there are no sources", "pass at least one");
  const steps = options.steps ?? stepsOfEpochs(options, batchSize);
  const { every: saveEvery = 500 } = options.checkpoint ?? {};
  const { every: validateEvery = 100, patience = Infinity } = options.validation ?? {};
  const gradedBatchSize = graded?.batchSize ?? 256;
  const { groupSize = 256, share = 0.75 } = options.neighbours ?? {};
  const counts = { vocabularySize, steps, batchSize, saveEvery, validateEvery, gradedBatchSize, groupSize };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1)
      throw fault(`${name} is ${value}`, "use a whole number of at least 1");
  }
  const resolved = {
    sources,
    vocabularySize,
    dimensions,
    weights: options.weights ?? dimensions.map(() => 1),
    steps,
    batchSize,
    learningRate: positive("learningRate", options.learningRate ?? 0.05),
    schedule: options.schedule ?? "cosine",
    warmup: within("warmup", options.warmup ?? 0.1),
    scale: options.scale ?? 20,
    symmetric: options.symmetric ?? true,
    sourceExponent: options.sourceExponent ?? 0.6,
    termFrequency: options.termFrequency ?? "linear",
    tokenDropout: options.tokenDropout,
    neighbours: options.neighbours && { ...options.neighbours, groupSize, share },
    initialTable: options.initialTable,
    sif: options.sif,
    seed: options.seed ?? 1,
    threads: options.threads ?? 2,
    graded: graded && {
      sources: graded.sources,
      weight: positive("weight of graded pairs", graded.weight ?? 0.05),
      batchSize: gradedBatchSize,
      scale: positive("scale of graded pairs", graded.scale ?? 20),
    },
    checkpoint: options.checkpoint && { resume: false, ...options.checkpoint, every: saveEvery },
    validation: options.validation && { ...options.validation, every: validateEvery, patience },
    onProgress: options.onProgress,
    signal: options.signal,
  };
  within("probability of tokenDropout", options.tokenDropout?.probability ?? 0);
  positive("frequentShare of tokenDropout", options.tokenDropout?.frequentShare ?? Infinity);
  positive("sif", options.sif ?? 1);
  if (!(share > 0 && share <= 1))
    throw fault(`share of neighbours is ${share}`, "use a number above 0, up to 1");
  const neighbourLength = options.neighbours?.table.length ?? vocabularySize;
  if (neighbourLength === 0 || neighbourLength % vocabularySize !== 0) {
    throw fault(
      `the table of neighbours has ${neighbourLength} values, which is no multiple of ${vocabularySize}`,
      "pass a table of the vocabulary",
    );
  }
  const tableLength = vocabularySize * (dimensions[0] as number);
  if (options.initialTable !== undefined && options.initialTable.length !== tableLength) {
    throw fault(
      `initialTable has ${options.initialTable.length} values instead of ${vocabularySize} x ${dimensions[0]}`,
      "pass a table of the vocabulary and of the first of the dimensions",
    );
  }
  for (const source of sources) requireSource(source, source.anchors, source.positives, source.negatives);
  for (const source of graded?.sources ?? []) requireSource(source, source.first, source.second);
  if (graded?.sources.length === 0) throw fault("graded has no sources", "pass at least one, or no graded");
  return resolved;

  function requireSource(
    { name, pairs, weight = 1 }: { name: string; pairs: number; weight?: number },
    ...lists: (TokenRows | undefined)[]
  ): void {
    if (pairs === 0) throw fault(`the source ${name} has no pairs`, "leave it out");
    positive(`weight of the source ${name}`, weight);
    for (const list of lists) {
      const beyond = list?.ids.find((id) => id >= vocabularySize);
      if (beyond === undefined) continue;
      throw fault(
        `the source ${name} has the token ${beyond}, but vocabularySize is ${vocabularySize}`,
        "pass the vocabulary size of the tokenizer that made the pairs",
      );
    }
  }
}

function defaultDimensions({ initialTable, vocabularySize }: StaticTrainingOptions): readonly number[] {
  const width = initialTable === undefined ? 256 : initialTable.length / vocabularySize;
  // A width that is no whole number is refused below, by the length of the table.
  return ladder(Math.max(1, Math.floor(width) || 1)).slice(0, 4);
}

function stepsOfEpochs({ epochs, sources }: StaticTrainingOptions, batchSize: number): number {
  if (epochs === undefined) throw fault("there are neither steps nor epochs", "pass one of them");
  positive("epochs", epochs);
  const pairs = sources.reduce((sum, source) => sum + source.pairs, 0);
  return Math.max(1, Math.ceil((epochs * pairs) / batchSize));
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw fault(`${name} is ${value}`, "use a number above 0");
}

function within(name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw fault(`${name} is ${value}`, "use a number from 0 up to, not including, 1");
}

function fault(problem: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({ part: "training", problem, remedy });
}
