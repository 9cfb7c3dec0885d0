import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { type EmbeddingModel, InvalidArgumentError, InvalidFileError, type ModelFolder } from "@kokeshi/core";
import type { OnnxModel } from "@kokeshi/onnx";
import { loadTransformerModel } from "@kokeshi/transformer-int8";
import { ActivationStatistics, layerRanges } from "../calibration/activation-statistics.js";
import { collectStatistics } from "../calibration/collect-statistics.js";
import { tokenBatches } from "../calibration/token-batches.js";
import { encoderLayers } from "../quantize/dense-layers.js";
import { optimizeEncoder } from "../optimize-encoder.js";
import { part } from "../part.js";
import { type FloatEncoder, type FloatEncoderOptions, openFloatEncoder } from "./float-encoder.js";
import { keepStatistics, readKeptStatistics } from "./kept-statistics.js";
import { layerRoles, type PlacedLayer } from "./layer-roles.js";
import { graphPathOf } from "./quantized-folder.js";
import { meanCosineToFloat32, type QuantizationObjective, scoresOf } from "./quantization-objective.js";
import { type QuantizationMethod, type QuantizationRecipe, recipeName, recipesOf } from "./recipe.js";
import { ReferenceSample } from "./reference-sample.js";
import { type LayerSensitivity, searchOrder } from "./search-order.js";
import { bestTrial, type FinishedTrial, isFinished, type Trial } from "./trial.js";
import { TrialRunner, type TrialSettings } from "./trial-runner.js";
import type { TunedQuantization } from "./tuned-quantization.js";
import type { CalibrationSummary, TuningLedger } from "./tuning-ledger.js";

export interface TuneQuantizationOptions extends FloatEncoderOptions, TrialSettings {
  /**
   * A few hundred texts of the kind to come. The ranges of activations are found on them, and fidelity and speed of
   * every trial are measured on the first 32.
   */
  texts: readonly string[];
  /** What the model is to be good at. Default: the mean cosine to float32 on every fifth of the texts, held out. */
  objective?: QuantizationObjective;
  /** The goal: at most so much of float32's score, of each where there are several, may be lost. Default: 0.01. */
  maxRelativeLoss?: number;
  /** Default: "static". */
  method?: QuantizationMethod;
  /** What is tried first, in this order. Default: `recipesOf(method)`. */
  recipes?: readonly QuantizationRecipe[];
  /** Whether layers stay float32 where recipes are not enough. Default: true. */
  fallback?: boolean;
  /** Most models that are tried. Default: 40. */
  trials?: number;
  /** No further trial begins after so many seconds. Default: no limit. */
  maxSeconds?: number;
  /** Whether the search ends with the first model that meets the goal. Default: true. */
  stopAtGoal?: boolean;
  /**
   * Path of a file that keeps what is counted on the texts: a search that was stopped, or another with the same texts, goes
   * on from it. Written every half a minute, when stopped, and at the end. Default: none.
   */
  statisticsFile?: string;
  onProgress?: (progress: TuningProgress) => void;
  onTrial?: (trial: Trial) => void;
}

export interface TuningProgress {
  /** "calibration" counts texts, "sensitivities" layers, "trials" trials of the most there may be. */
  stage: "calibration" | "trials" | "sensitivities";
  done: number;
  total: number;
}

const sampleTexts = 32;
const millisecondsBetweenKeeping = 30_000;
/** Fewer texts than this are not divided: they calibrate and judge. */
const leastDivided = 10;

/**
 * Quantizes the float32 graph of a model folder in many ways until the objective holds: recipes first, then layers that
 * stay float32, as `searchOrder` says. The best model found comes back whether or not it meets the goal; a trial that
 * fails is a row of the ledger, and the others go on.
 *
 * Throws what is wrong with the folder (NotFoundError, InvalidFileError) or the options (InvalidArgumentError), and
 * InvalidFileError where no trial gave a model; rejects with `signal.reason` when aborted.
 */
export async function tuneQuantization(
  folder: ModelFolder,
  options: TuneQuantizationOptions,
): Promise<TunedQuantization> {
  requireOptions(options);
  const { signal, pooling } = options;
  const float = await openFloatEncoder(folder, options);
  try {
    signal?.throwIfAborted();
    const reference = await loadTransformerModel(folder, {
      precision: float.path,
      pooling,
      workers: 1,
      signal,
    });
    try {
      return await new Tuning(folder, options, float, reference).run();
    } finally {
      await reference.close();
    }
  } finally {
    await float.encoder.close();
  }
}

class Tuning {
  private readonly started = performance.now();
  private readonly trials: Trial[] = [];
  private sensitivities: TuningLedger["sensitivities"] = null;

  constructor(
    private readonly folder: ModelFolder,
    private readonly options: TuneQuantizationOptions,
    private readonly float: FloatEncoder,
    private readonly reference: EmbeddingModel,
  ) {}

  async run(): Promise<TunedQuantization> {
    const { folder, options, float, reference } = this;
    const { method = "static", maxRelativeLoss = 0.01, operators = "fast", signal } = options;
    const layers = layerRoles(encoderLayers(float.model));
    const { texts, objective } = dividedTexts(options);
    const prepared = await this.prepare(operators);
    const statistics = await this.calibrate(prepared, texts);
    const sample = await ReferenceSample.open(float.encoder, texts.slice(0, sampleTexts), signal);
    const float32 = { model: reference, reference, folder, graph: float.path };
    const floatScores = await scoresOf(objective, float32, signal);
    const runner = new TrialRunner({
      folder,
      pooling: options.pooling,
      prepared,
      statistics,
      settings: definedSettings(options),
      sample,
      reference,
      objective,
      floatScores,
      maxRelativeLoss,
      signal,
    });
    await this.search(runner, layers);
    const best = bestTrial(this.trials);
    if (best === undefined) throw nothingFound(this.trials, runner.firstError);
    const { files } = await runner.quantize(best, graphPathOf({ best }));
    return {
      files,
      best,
      metGoal: best.metGoal,
      calibration: summarize(texts, statistics, best, options),
      ledger: {
        version: 1,
        model: folder.modelId,
        graph: float.path,
        floatBytes: float.bytes,
        method,
        objective: { name: objective.name, floatScores },
        maxRelativeLoss,
        metGoal: best.metGoal,
        best: best.number,
        trials: this.trials,
        sensitivities: this.sensitivities,
        sample: {
          texts: Math.min(sampleTexts, texts.length),
          threads: 1,
          processor: cpus()[0]?.model.trim() ?? "unknown",
        },
        seconds: this.seconds,
      },
    };
  }

  private get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  private get isOutOfTime(): boolean {
    return this.seconds >= (this.options.maxSeconds ?? Infinity);
  }

  /** The steps that are the same in every trial, done once. */
  private async prepare(operators: "fast" | "portable"): Promise<OnnxModel> {
    const { model } = this.float;
    if (operators === "fast") await optimizeEncoder(model);
    return model;
  }

  private async calibrate(model: OnnxModel, texts: readonly string[]): Promise<ActivationStatistics> {
    const { encoder, path } = this.float;
    const { signal, onProgress, statisticsFile } = this.options;
    const source = { model: this.folder.modelId, graph: path, sha256: checksumOf(texts) };
    const kept = statisticsFile === undefined ? undefined : readKeptStatistics(statisticsFile, source);
    const statistics = kept ?? new ActivationStatistics();
    const keep = (): void => {
      if (statisticsFile !== undefined) keepStatistics(statisticsFile, source, statistics);
    };
    const { ids, offsets } = encoder.tokenize(texts);
    const rows = texts.map((_, row) => ids.subarray(offsets[row], offsets[row + 1]));
    let keptAt = performance.now();
    try {
      await collectStatistics(model, tokenBatches(rows, { padTokenId: encoder.plan.padId }), {
        statistics,
        signal,
        onProgress: ({ texts: done }) => {
          onProgress?.({ stage: "calibration", done, total: texts.length });
          if (performance.now() - keptAt < millisecondsBetweenKeeping) return;
          keep();
          keptAt = performance.now();
        },
      });
    } catch (error) {
      // Stopped between two batches; after any other error a batch may be half counted.
      if (signal?.aborted === true && error === signal.reason) keep();
      throw error;
    }
    keep();
    return statistics;
  }

  private async search(runner: TrialRunner, layers: readonly PlacedLayer[]): Promise<void> {
    const {
      method = "static",
      recipes = recipesOf(method),
      trials = 40,
      fallback = true,
      stopAtGoal = true,
      onProgress,
      onTrial,
    } = this.options;
    const order = searchOrder({
      recipes,
      layers: fallback ? layers : [],
      trials,
      measureSensitivities: (best) => this.measureSensitivities(runner, layers, best),
    });
    let next = await order.next();
    while (next.done !== true) {
      onProgress?.({ stage: "trials", done: this.trials.length, total: trials });
      const trial = await runner.run(next.value, this.trials.length + 1);
      this.trials.push(trial);
      onTrial?.(trial);
      if ((stopAtGoal && isFinished(trial) && trial.metGoal) || this.isOutOfTime) return;
      next = await order.next(trial);
    }
  }

  /** Layers for which there is no time any more, or whose model fails, count as not sensitive. */
  private async measureSensitivities(
    runner: TrialRunner,
    layers: readonly PlacedLayer[],
    { recipe, fidelity }: FinishedTrial,
  ): Promise<readonly LayerSensitivity[]> {
    const { onProgress, signal } = this.options;
    const measured: LayerSensitivity[] = [];
    for (const layer of layers) {
      onProgress?.({ stage: "sensitivities", done: measured.length, total: layers.length });
      let gain = 0;
      if (!this.isOutOfTime) {
        try {
          gain = (await runner.fidelity({ recipe, keepFloat: [layer.name] })) - fidelity;
        } catch {
          signal?.throwIfAborted();
        }
      }
      measured.push({ ...layer, gain });
    }
    measured.sort((a, b) => b.gain - a.gain);
    this.sensitivities = { recipe: recipeName(recipe), layers: measured };
    return measured;
  }
}

/** Texts to calibrate on, and what judges. */
function dividedTexts({ texts, objective }: TuneQuantizationOptions): {
  texts: readonly string[];
  objective: QuantizationObjective;
} {
  const kept = texts.filter((text) => text.trim() !== "");
  if (objective !== undefined) return { texts: kept, objective };
  if (kept.length < leastDivided) return { texts: kept, objective: meanCosineToFloat32(kept) };
  const isHeldOut = (index: number): boolean => index % 5 === 4;
  return {
    texts: kept.filter((_, index) => !isHeldOut(index)),
    objective: meanCosineToFloat32(kept.filter((_, index) => isHeldOut(index))),
  };
}

function summarize(
  texts: readonly string[],
  statistics: ActivationStatistics,
  { recipe }: FinishedTrial,
  { percentile }: TuneQuantizationOptions,
): CalibrationSummary {
  const { rangeMethod = "min-max", symmetricActivations } = recipe;
  const isStatic = recipe.method === "static";
  const ranges = isStatic
    ? layerRanges(statistics, { rangeMethod, percentile, symmetricActivations })
    : undefined;
  return {
    texts: statistics.texts,
    tokens: statistics.tokens,
    sha256: checksumOf(texts),
    rangeMethod: isStatic ? rangeMethod : null,
    ranges:
      ranges === undefined
        ? null
        : Object.fromEntries(
            Array.from(ranges, ([layer, { minimum, maximum }]) => [layer, [minimum, maximum]] as const),
          ),
  };
}

/** Of all texts, in order. */
function checksumOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${JSON.stringify(text)}\n`);
  return hash.digest("hex");
}

function definedSettings({
  operators,
  tables,
  reduceRange,
  percentile,
  externalData,
  longest,
}: TuneQuantizationOptions): TrialSettings {
  return {
    ...(operators !== undefined && { operators }),
    ...(tables !== undefined && { tables }),
    ...(reduceRange !== undefined && { reduceRange }),
    ...(percentile !== undefined && { percentile }),
    ...(externalData !== undefined && { externalData }),
    ...(longest !== undefined && { longest }),
  };
}

function nothingFound(trials: readonly Trial[], cause: unknown): InvalidFileError {
  return new InvalidFileError({
    part,
    problem: `none of ${trials.length} trials gave a model, the first because: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: "check that the folder holds an encoder in float32, and that the objective can judge it",
    cause,
  });
}

function requireOptions({
  texts,
  maxRelativeLoss = 0,
  trials = 1,
  maxSeconds = 1,
}: TuneQuantizationOptions): void {
  if (!texts.some((text) => text.trim() !== "")) {
    throw invalidOption("there are no texts to calibrate on", "pass a few hundred texts of the kind to come");
  }
  if (!(maxRelativeLoss >= 0)) {
    throw invalidOption(
      `maxRelativeLoss is ${maxRelativeLoss}`,
      "use a number of at least 0: 0.01 is one per cent",
    );
  }
  if (!Number.isInteger(trials) || trials < 1) {
    throw invalidOption(`trials is ${trials}`, "use a whole number of at least 1");
  }
  if (!(maxSeconds > 0)) throw invalidOption(`maxSeconds is ${maxSeconds}`, "use a number above 0");
}

function invalidOption(problem: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({ part, problem, remedy });
}
