import { eventLoopTurns, InvalidArgumentError } from "@kokeshi/core";
import type { WeighedTokens } from "@kokeshi/static-model";
import { createRandom } from "../random.js";
import { TrainableTable } from "../table/trainable-table.js";
import { cosineDistance, squaredDistance, type VectorLoss } from "./vector-losses.js";

export interface RegressionOptions {
  /** Passes over the texts, at most. Default: 20. */
  epochs?: number;
  /** Texts a step. Default: 256. */
  batchSize?: number;
  /**
   * First learning rate, which falls to 0 in a straight line, as a share of the root mean square of the table's values.
   * Default: 0.02.
   */
  learningRate?: number;
  /** "cosine": 1 - cosine; "squared": mean squared difference of the components. Default: "cosine". */
  loss?: "cosine" | "squared";
  /** Share of the texts that are kept for validation, at most 10,000. Default: 0.1. */
  validation?: number;
  /** Epochs without a better validation loss after which training stops. Default: 3. */
  patience?: number;
  /** The same seed gives the same table. Default: 1. */
  seed?: number;
  signal?: AbortSignal;
  onProgress?: (progress: RegressionProgress) => void;
}

export interface RegressionProgress {
  /** Epochs done. */
  epoch: number;
  epochs: number;
  /** Mean over the epoch's texts; `undefined` before the first. */
  trainingLoss: number | undefined;
  validationLoss: number;
}

export interface RegressionResult {
  /** Validation loss before training and after each epoch. */
  history: RegressionProgress[];
  /** The epoch whose table this is: the one of the best validation loss; 0 where training made nothing better. */
  bestEpoch: number;
  trainingTexts: number;
  validationTexts: number;
}

/**
 * Moves the rows of `table`, in place, so that the mean of the rows of each text's tokens, weighted where they have
 * weights, comes close to the vector that a teacher gives that text: what Tokenlearn does. Adam on the rows that a batch
 * touches.
 *
 * @param tokens of each text
 * @param targets one vector a text, as wide as the table
 */
export async function regressTable(
  table: Float32Array,
  dimensions: number,
  tokens: WeighedTokens,
  targets: Float32Array,
  options: RegressionOptions = {},
): Promise<RegressionResult> {
  const { epochs = 20, batchSize = 256, learningRate = 0.02, patience = 3, seed = 1 } = options;
  const { signal, onProgress } = options;
  requireUsable(options);
  const loss: VectorLoss = options.loss === "squared" ? squaredDistance : cosineDistance;
  const random = createRandom(seed);
  const { training, validation } = split(tokens, options.validation ?? 0.1, random);
  const student = TrainableTable.create(table.length / dimensions, dimensions);
  student.values.set(table);
  const steps = Math.ceil(training.length / batchSize) * epochs;
  const takeTurn = eventLoopTurns();

  /** Mean loss of these texts; each batch is a step where there is a rate for it. */
  async function pass(texts: Uint32Array, rateOfStep?: () => number): Promise<number> {
    let sum = 0;
    for (let start = 0; start < texts.length; start += batchSize) {
      const batch = texts.subarray(start, start + batchSize);
      const { vectors, backward } = student.forward(selectTexts(tokens, batch));
      batch.forEach((text, row) => {
        const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
        const target = targets.subarray(text * dimensions, (text + 1) * dimensions);
        sum += loss(vector, target, batch.length);
      });
      if (rateOfStep !== undefined) backward(rateOfStep());
      await takeTurn();
      signal?.throwIfAborted();
    }
    return sum / texts.length;
  }

  const rate = learningRate * rootMeanSquare(table);
  const first = { epoch: 0, epochs, trainingLoss: undefined, validationLoss: await pass(validation) };
  onProgress?.(first);
  const history: RegressionProgress[] = [first];
  let best: RegressionProgress = first;
  let step = 0;
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
    shuffle(training, random);
    const trainingLoss = await pass(training, () => rate * (1 - step++ / steps));
    const progress = { epoch, epochs, trainingLoss, validationLoss: await pass(validation) };
    history.push(progress);
    onProgress?.(progress);
    if (progress.validationLoss < best.validationLoss) {
      best = progress;
      table.set(student.values);
    }
  }
  return {
    history,
    bestEpoch: best.epoch,
    trainingTexts: training.length,
    validationTexts: validation.length,
  };
}

/** The tokens of these texts, in this order. */
function selectTexts({ ids, starts, weights }: WeighedTokens, texts: Uint32Array): WeighedTokens {
  const selectedStarts = new Uint32Array(texts.length + 1);
  texts.forEach((text, row) => {
    const length = (starts[text + 1] as number) - (starts[text] as number);
    selectedStarts[row + 1] = (selectedStarts[row] as number) + length;
  });
  /** Of each token, as `ids` and `weights` are. */
  const select = <Values extends Uint32Array | Float32Array>(values: Values, selected: Values): Values => {
    texts.forEach((text, row) =>
      selected.set(values.subarray(starts[text], starts[text + 1]), selectedStarts[row]),
    );
    return selected;
  };
  const count = selectedStarts[texts.length] as number;
  return {
    ids: select(ids, new Uint32Array(count)),
    starts: selectedStarts,
    ...(weights && { weights: select(weights, new Float32Array(count)) }),
  };
}

function split(
  { starts }: WeighedTokens,
  share: number,
  random: () => number,
): { training: Uint32Array; validation: Uint32Array } {
  // A text without tokens has a mean of zeros, whatever the table.
  const texts = Uint32Array.from({ length: starts.length - 1 }, (_, text) => text).filter(
    (text) => (starts[text + 1] as number) > (starts[text] as number),
  );
  if (texts.length < 2) {
    throw new InvalidArgumentError({
      part: "training",
      problem: `${texts.length} texts with tokens are too few for training and validation`,
      remedy: "pass more texts",
    });
  }
  shuffle(texts, random);
  const held = Math.min(10_000, texts.length - 1, Math.max(1, Math.round(texts.length * share)));
  return { validation: texts.slice(0, held), training: texts.slice(held) };
}

/** Fisher and Yates, in place. */
function shuffle(list: Uint32Array, random: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const value = list[last] as number;
    list[last] = list[other] as number;
    list[other] = value;
  }
}

/** Of the values other than 0. Adam's steps do not grow with the values: this makes one rate suit every teacher. */
function rootMeanSquare(table: Float32Array): number {
  let squares = 0;
  let count = 0;
  for (const value of table) {
    if (value === 0) continue;
    squares += value * value;
    count++;
  }
  return count === 0 ? 1 : Math.sqrt(squares / count);
}

function requireUsable({
  epochs = 1,
  batchSize = 1,
  learningRate = 1,
  validation = 0.1,
  patience = 1,
}: RegressionOptions): void {
  const fault = (problem: string, remedy: string): InvalidArgumentError =>
    new InvalidArgumentError({ part: "training", problem, remedy });
  for (const [name, value] of Object.entries({ epochs, batchSize, patience })) {
    if (!Number.isInteger(value) || value < 1)
      throw fault(`${name} is ${value}`, "use a whole number of at least 1");
  }
  if (!(learningRate > 0 && learningRate < Infinity))
    throw fault(`learningRate is ${learningRate}`, "use a number above 0");
  if (!(validation > 0 && validation < 1))
    throw fault(`validation is ${validation}`, "use a share between 0 and 1");
}
