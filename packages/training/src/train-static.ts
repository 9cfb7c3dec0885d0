import { BatchSampler } from "./batch-sampler.js";
import { readCheckpoint, writeCheckpoint, type Checkpoint } from "./checkpoint.js";
import { ContrastiveLoss } from "./contrastive-loss.js";
import { GradedSampler } from "./graded-sampler.js";
import { fillInitialTable } from "./initial-table.js";
import { scheduleFactor } from "./learning-rate.js";
import { NeighbourGroups } from "./neighbour-groups.js";
import { SeededRandom } from "./random.js";
import { TrainableTable } from "./table/trainable-table.js";
import { countOccurrences, keepProbabilities } from "./token-dropout.js";
import { trainingIdentity } from "./training-identity.js";
import { resolveOptions, type ResolvedOptions, type StaticTrainingOptions } from "./training-options.js";
import { trainingStep, type StepContext } from "./training-step.js";

export interface TrainedTable {
  /** Row-major, `vocabularySize` x `dimensions`: the best of the validated ones, or that of the last step. */
  table: Float32Array;
  dimensions: number;
  /** Steps done: fewer than asked for where validation ended the training early. */
  steps: number;
  /** Where `table` is from, with validation. */
  best?: { step: number; score: number };
}

/**
 * Trains the table of a static embedding model from pairs of texts: mean of the tokens' rows, weighted with
 * `termFrequency`, in-batch softmax with Matryoshka sizes, CoSENT for graded pairs, sparse Adam. Rejects with
 * `signal.reason` when aborted.
 */
export async function trainStatic(options: StaticTrainingOptions): Promise<TrainedTable> {
  const training = new StaticTraining(resolveOptions(options));
  return training.run();
}

class StaticTraining {
  private readonly table: TrainableTable;
  /** Of the table and the samplers; of token dropout. */
  private readonly random: SeededRandom;
  private readonly dropoutRandom: SeededRandom;
  private readonly sampler: BatchSampler;
  private readonly gradedSampler: GradedSampler | undefined;
  private readonly keep: Float32Array | undefined;
  private step = 0;
  private best: Checkpoint["best"];
  /** Validations since the best. */
  private stale = 0;

  constructor(private readonly options: ResolvedOptions) {
    const { sources, graded, vocabularySize, dimensions, seed, tokenDropout, termFrequency } = options;
    this.random = new SeededRandom(seed);
    this.dropoutRandom = new SeededRandom(seed ^ 0x9e3779b9);
    this.table = TrainableTable.create(vocabularySize, dimensions[0] as number);
    const lists = sources.flatMap(({ anchors, positives }) => [anchors, positives]);
    const counts = countOccurrences(vocabularySize, lists);
    fillInitialTable(this.table.values, options, counts, this.random.next);
    if (tokenDropout) this.keep = keepProbabilities(counts, tokenDropout);
    const { batchSize, sourceExponent, neighbours } = options;
    const groups =
      neighbours &&
      new NeighbourGroups(
        sources,
        neighbours.table,
        neighbours.table.length / vocabularySize,
        neighbours.groupSize,
        neighbours.share,
        this.random.next,
        termFrequency,
      );
    this.sampler = new BatchSampler(sources, batchSize, sourceExponent, this.random.next, groups);
    this.gradedSampler =
      graded && new GradedSampler(graded.sources, graded.batchSize, sourceExponent, this.random.next);
  }

  async run(): Promise<TrainedTable> {
    const { steps, checkpoint, dimensions, weights, scale, symmetric, threads } = this.options;
    if (checkpoint?.resume) await this.resume(checkpoint.path);
    const contrastive = await ContrastiveLoss.create({ dimensions, weights, scale, symmetric, threads });
    const context: StepContext = {
      table: this.table,
      contrastive,
      dimensions,
      weights,
      graded: this.options.graded,
      termFrequency: this.options.termFrequency,
      keep: this.keep,
      random: this.dropoutRandom.next,
    };
    try {
      while (this.step < steps && !this.isExhausted) await this.advance(context);
    } finally {
      await contrastive.close();
    }
    const { best } = this;
    return {
      table: best?.table ?? this.table.values.slice(),
      dimensions: this.table.dimensions,
      steps: this.step,
      ...(best && { best: { step: best.step, score: best.score } }),
    };
  }

  private async advance(context: StepContext): Promise<void> {
    const { options } = this;
    const { signal, checkpoint, validation, steps } = options;
    if (signal?.aborted) {
      if (checkpoint) await this.save(checkpoint.path);
      signal.throwIfAborted();
    }
    const started = performance.now();
    const batch = this.sampler.next();
    const factor = scheduleFactor(options.schedule, this.step, steps, Math.round(options.warmup * steps));
    const learningRate = options.learningRate * factor;
    const losses = await trainingStep(context, batch, this.gradedSampler?.next(), learningRate);
    const seconds = (performance.now() - started) / 1000;
    const step = ++this.step;
    const isDue = (every: number): boolean => step % every === 0 || step === steps;
    const score = validation && isDue(validation.every) ? await this.validate() : undefined;
    if (checkpoint && (isDue(checkpoint.every) || this.isExhausted)) await this.save(checkpoint.path);
    options.onProgress?.({
      step,
      steps,
      ...losses,
      learningRate,
      source: batch.source.name,
      pairs: batch.pairs.length,
      pairsPerSecond: batch.pairs.length / seconds,
      ...(score === undefined ? {} : { validation: score }),
    });
  }

  /** Whether validation has ended the training. */
  private get isExhausted(): boolean {
    return this.stale >= (this.options.validation?.patience ?? Infinity);
  }

  private async validate(): Promise<number | undefined> {
    const { validation } = this.options;
    const { values, dimensions } = this.table;
    const score = await validation?.score(values, dimensions);
    if (score === undefined || score > (this.best?.score ?? -Infinity)) {
      if (score !== undefined) this.best = { step: this.step, score, table: values.slice() };
      this.stale = 0;
    } else {
      this.stale++;
    }
    return score;
  }

  private async save(path: string): Promise<void> {
    const { values, firstMoments, secondMoments } = this.table;
    const checkpoint: Checkpoint = {
      step: this.step,
      table: values,
      firstMoments,
      secondMoments,
      random: [this.random.state, this.dropoutRandom.state],
      orders: this.orders,
      best: this.best,
      stale: this.stale,
    };
    await writeCheckpoint(path, checkpoint, trainingIdentity(this.options));
  }

  private async resume(path: string): Promise<void> {
    const saved = await readCheckpoint(path, trainingIdentity(this.options), {
      tableLength: this.table.values.length,
      orderLengths: this.orders.map(({ members }) => members.length),
      randomStates: 2,
    });
    this.step = saved.step;
    this.table.steps = saved.step;
    this.table.values.set(saved.table);
    this.table.firstMoments.set(saved.firstMoments);
    this.table.secondMoments.set(saved.secondMoments);
    [this.random.state, this.dropoutRandom.state] = saved.random as [number, number];
    this.orders.forEach((order, index) => {
      const { members, cursor } = saved.orders[index] as (typeof saved.orders)[number];
      order.members.set(members);
      order.cursor = cursor;
    });
    this.best = saved.best;
    this.stale = saved.stale;
  }

  private get orders() {
    return [...this.sampler.orders, ...(this.gradedSampler?.orders ?? [])];
  }
}
