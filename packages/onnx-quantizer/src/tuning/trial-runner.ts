import { availableParallelism } from "node:os";
import type { EmbeddingModel, ModelFolder } from "@kokeshi/core";
import { copyModel, type ModelFilesOptions, type OnnxModel, writeModelFiles } from "@kokeshi/onnx";
import { type Encoder, loadTransformerModel, openEncoder, type PoolingMode } from "@kokeshi/transformer-int8";
import type { ActivationStatistics } from "../calibration/activation-statistics.js";
import {
  quantizeEncoder,
  type QuantizationReport,
  type QuantizeEncoderOptions,
} from "../quantize-encoder.js";
import { folderWithGraph } from "./folder-with-graph.js";
import {
  type ObjectiveScores,
  type QuantizationObjective,
  relativeLoss,
  scoresOf,
} from "./quantization-objective.js";
import type { ReferenceSample } from "./reference-sample.js";
import type { FinishedTrial, Proposal, Trial } from "./trial.js";

/** Settings of every trial of a search. `externalData` and `longest` are those of the files that are written. */
export type TrialSettings = Pick<
  QuantizeEncoderOptions,
  "operators" | "tables" | "reduceRange" | "percentile"
> &
  ModelFilesOptions;

export interface TrialRunnerParts {
  folder: ModelFolder;
  pooling: PoolingMode | undefined;
  /** The float32 graph, prepared as far as all trials share it. */
  prepared: OnnxModel;
  statistics: ActivationStatistics;
  settings: TrialSettings;
  sample: ReferenceSample;
  reference: EmbeddingModel;
  objective: QuantizationObjective;
  /** What the objective says of float32. */
  floatScores: ObjectiveScores;
  maxRelativeLoss: number;
  signal: AbortSignal | undefined;
}

type Quantized = Pick<Proposal, "recipe" | "keepFloat">;

/** Where a candidate's graph is in its folder. */
const graphPath = "onnx/model_int8.onnx";

/** Makes the models that are proposed, and judges them. */
export class TrialRunner {
  /** What the first trial that failed has thrown. */
  firstError: unknown;

  constructor(private readonly parts: TrialRunnerParts) {}

  /** Never throws but for an abort: a trial that fails is a trial with an error. */
  async run(proposal: Proposal, number: number): Promise<Trial> {
    const { signal } = this.parts;
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      const judged = await this.judge(proposal);
      return { number, ...proposal, ...judged, seconds: seconds() };
    } catch (error) {
      signal?.throwIfAborted();
      this.firstError ??= error;
      const message = error instanceof Error ? error.message : String(error);
      return { number, ...proposal, error: message, seconds: seconds() };
    }
  }

  /** The mean cosine of such a model's vectors to those of float32, over the sample. */
  async fidelity(quantized: Quantized): Promise<number> {
    const { sample, signal } = this.parts;
    const { files } = await this.quantize(quantized);
    return this.withEncoder(files, availableParallelism(), (encoder) => sample.fidelity(encoder, signal));
  }

  /** The graph at this path, and files of weights beside it: the same bytes for the same recipe and layers. */
  async quantize(
    { recipe, keepFloat }: Quantized,
    path: string = graphPath,
  ): Promise<{ files: Record<string, Uint8Array>; report: QuantizationReport }> {
    const { prepared, statistics, settings, signal } = this.parts;
    signal?.throwIfAborted();
    const model = copyModel(prepared);
    const { externalData, longest, ...options } = settings;
    const report = await quantizeEncoder(model, { ...options, ...recipe, statistics, keepFloat });
    return { files: writeModelFiles(model, path, { externalData, longest }), report };
  }

  private async judge(
    proposal: Proposal,
  ): Promise<Omit<FinishedTrial, keyof Proposal | "number" | "seconds">> {
    const { sample, floatScores, maxRelativeLoss, signal } = this.parts;
    const { files, report } = await this.quantize(proposal);
    const { fidelity, speedup } = await this.withEncoder(files, 1, async (encoder) => ({
      fidelity: await sample.fidelity(encoder, signal),
      speedup: await sample.speedup(encoder, signal),
    }));
    const scores = await this.scores(files);
    const loss = relativeLoss(scores, floatScores);
    const floatLayers = report.layers.filter(({ precision }) => precision === "float32").length;
    return {
      scores,
      relativeLoss: loss,
      metGoal: loss <= maxRelativeLoss,
      fidelity,
      speedup,
      bytes: Object.values(files).reduce((sum, { length }) => sum + length, 0),
      quantizedLayers: report.layers.length - floatLayers,
      floatLayers,
    };
  }

  private async withEncoder<Result>(
    files: Readonly<Record<string, Uint8Array>>,
    threads: number,
    use: (encoder: Encoder) => Promise<Result>,
  ): Promise<Result> {
    const { folder, pooling, signal } = this.parts;
    const candidate = folderWithGraph(folder, files);
    const encoder = await openEncoder(candidate, { precision: graphPath, pooling, threads, signal });
    try {
      return await use(encoder);
    } finally {
      await encoder.close();
    }
  }

  private async scores(files: Readonly<Record<string, Uint8Array>>): Promise<ObjectiveScores> {
    const { folder, pooling, objective, reference, signal } = this.parts;
    const candidate = folderWithGraph(folder, files);
    const model = await loadTransformerModel(candidate, {
      precision: graphPath,
      pooling,
      workers: 1,
      signal,
    });
    try {
      return await scoresOf(objective, { model, reference, folder: candidate, graph: graphPath }, signal);
    } finally {
      await model.close();
    }
  }
}
