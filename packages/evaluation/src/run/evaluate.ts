import { createHash } from "node:crypto";
import { type EmbeddingModel, InvalidArgumentError, KokeshiError } from "@kokeshi/core";
import type { FusionOptions } from "@kokeshi/lexical";
import type { Precision } from "@kokeshi/quantization";
import type { Axis } from "../embeddings/axis.js";
import { EmbeddingSource } from "../embeddings/embedding-source.js";
import { part } from "../part.js";
import type { EvaluationResults, FailedRow, ResultRow, Scores } from "../scores.js";
import type { Task, TaskDescription } from "../task.js";
import { taskFingerprint } from "../tasks/task-fingerprint.js";
import type { TaskSource } from "../tasks/task-source.js";
import type { AxisScorer } from "./axis-scorer.js";
import { scorerOfComparedTexts } from "./compared-texts.js";
import { describeAxis } from "./describe-axis.js";
import { fusionMethod, scoreHybrid } from "./hybrid.js";
import { LexicalBaseline, type LexicalOptions } from "./lexical-baseline.js";
import { ResultsFolder } from "./results-folder.js";
import type { RowName } from "./row-key.js";
import { scorerOfReranking, scorerOfRetrieval } from "./searched-texts.js";

/** BM25 alone, and BM25 fused with the first model. */
export type Baseline = "bm25" | "hybrid";

export interface EvaluateOptions {
  readonly tasks: readonly TaskSource[];
  readonly models: readonly EmbeddingModel[];
  /** Columns that are compared. Default: all that a model has. */
  readonly dimensions?: readonly number[];
  /** Default: float32. */
  readonly precisions?: readonly Precision[];
  /** More rows for binary codes in retrieval: this multiple of ten of the nearest codes is scored again. Default: none. */
  readonly rescoring?: readonly number[];
  /** Rows to compare with, on retrieval and reranking. Default: none. */
  readonly baselines?: readonly Baseline[];
  readonly bm25?: LexicalOptions;
  /** How BM25 and the model become one ranking. Default: that of `fuseScores` in @kokeshi/lexical. */
  readonly fusion?: FusionOptions;
  /** Folder for the table and the items of every row. What an earlier run left there is not computed again. */
  readonly out?: string;
  /** Whether to begin anew in that folder. */
  readonly fresh?: boolean;
  /** Folder for vectors, which later runs take from there. Default: none. */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Told of each task when it is read. */
  readonly onTask?: (description: TaskDescription) => void;
  /** Told of each row when it is there, computed or taken from `out`. */
  readonly onRow?: (row: ResultRow | FailedRow) => void;
}

export interface EvaluationProgress {
  readonly task: string;
  readonly model: string;
  readonly step: "embedding" | "scoring";
  /** Of this step: texts, or rows. */
  readonly done: number;
  readonly total: number;
  /** Tasks that are done, of all. */
  readonly tasksDone: number;
  readonly tasksTotal: number;
}

/** Part of the fingerprint of every row: raise it when a protocol changes, so that old rows are computed again. */
const protocolVersion = 1;

/**
 * Scores models on tasks, at every wanted number of dimensions and precision; each text is embedded once. A task or
 * row that fails is listed among the failures and stops no other. With `out`, a run that was cut off goes on where it
 * stopped. Rejects with `signal.reason` when aborted, and for options that make no sense.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationResults> {
  requireOptions(options);
  const { models, cacheFolder, signal, out, fresh } = options;
  const sources: EmbeddingSource[] = [];
  try {
    for (const model of models) sources.push(await EmbeddingSource.open(model, { cacheFolder, signal }));
    const folder = out === undefined ? undefined : await ResultsFolder.open(out, { fresh });
    return await new Evaluation(options, sources, folder).run();
  } finally {
    for (const source of sources) await source.close();
  }
}

/** A row to come: its name, how it is made, and what makes it. */
interface PlannedRow {
  readonly name: RowName;
  readonly method: string;
  readonly inputs: string;
  compute(): Promise<Scores>;
}

class Evaluation {
  private readonly results: ResultRow[] = [];
  private readonly failures: FailedRow[] = [];
  private tasksDone = 0;

  constructor(
    private readonly options: EvaluateOptions,
    private readonly sources: readonly EmbeddingSource[],
    private readonly folder: ResultsFolder | undefined,
  ) {}

  async run(): Promise<EvaluationResults> {
    for (const task of this.options.tasks) {
      await this.runTask(task);
      this.tasksDone++;
    }
    return { results: this.results, failures: this.failures };
  }

  private async runTask(source: TaskSource): Promise<void> {
    const { signal } = this.options;
    signal?.throwIfAborted();
    let task: Task;
    try {
      task = await source.load({ signal });
    } catch (error) {
      signal?.throwIfAborted();
      for (const model of this.sources) {
        for (const axis of this.axesOf(model, undefined)) {
          await this.fail({ task: source.name, model: model.model.modelId, ...axis }, "unknown", error);
        }
      }
      return;
    }
    this.options.onTask?.(task.description);
    const rows = this.plan(task);
    const data = taskFingerprint(task);
    for (const row of rows) await this.runRow(task, data, row);
  }

  private plan(task: Task): PlannedRow[] {
    const { baselines = [], bm25, fusion } = this.options;
    const lexical =
      task.type === "retrieval" || task.type === "reranking" ? new LexicalBaseline(task, bm25) : undefined;
    const rows: PlannedRow[] = [];
    for (const source of this.sources) {
      const scorer = lazily(() => this.openScorer(task, source));
      for (const axis of this.axesOf(source, task)) {
        const method = describeAxis(task, axis);
        rows.push({
          name: { task: task.description.name, model: source.model.modelId, ...axis },
          method,
          inputs: source.fingerprint,
          compute: async () => {
            requireDimensions(axis, source);
            return (await scorer()).score(axis, this.options.signal);
          },
        });
        if (lexical && source === this.sources[0] && baselines.includes("hybrid")) {
          rows.push({
            name: { task: task.description.name, model: "hybrid", ...axis },
            method: `${fusionMethod(fusion)}; ${lexical.method}; ${source.model.modelId}, ${method}`,
            inputs: source.fingerprint,
            compute: async () => {
              requireDimensions(axis, source);
              return scoreHybrid(lexical, await scorer(), axis, { fusion, signal: this.options.signal });
            },
          });
        }
      }
    }
    if (lexical && baselines.includes("bm25")) {
      rows.push({
        name: {
          task: task.description.name,
          model: "bm25",
          dimensions: null,
          precision: null,
          rescoring: null,
        },
        method: lexical.method,
        inputs: "",
        compute: () => lexical.score(this.options.signal),
      });
    }
    return rows;
  }

  private axesOf({ model }: EmbeddingSource, task: Task | undefined): Axis[] {
    const { dimensions = [model.dimensions], precisions = ["float32"], rescoring = [] } = this.options;
    return dimensions.flatMap((columns) =>
      precisions.flatMap((precision) => {
        const isBinary = precision === "binary" || precision === "ubinary";
        const multiples = isBinary && task?.type === "retrieval" ? rescoring : [];
        return [null, ...multiples].map((multiple) => ({
          dimensions: columns,
          precision,
          rescoring: multiple,
        }));
      }),
    );
  }

  private openScorer(task: Task, source: EmbeddingSource): Promise<AxisScorer> {
    const options = {
      signal: this.options.signal,
      onProgress: (done: number, total: number) =>
        this.progress(task.description.name, source.model.modelId, "embedding", done, total),
    };
    switch (task.type) {
      case "retrieval":
        return scorerOfRetrieval(task, source, options);
      case "reranking":
        return scorerOfReranking(task, source, options);
      default:
        return scorerOfComparedTexts(task, source, options);
    }
  }

  private async runRow(
    task: Task,
    data: string,
    { name, method, inputs, compute }: PlannedRow,
  ): Promise<void> {
    const { signal, onRow } = this.options;
    const { type, description } = task;
    const fingerprint = createHash("sha256")
      .update(JSON.stringify([protocolVersion, data, description.mainMetric, inputs, method]))
      .digest("hex")
      .slice(0, 12);
    const known = await this.folder?.find(name, fingerprint);
    if (known !== undefined) {
      this.results.push(known);
      onRow?.(known);
      return;
    }
    this.progress(name.task, name.model, "scoring", 0, 1);
    const begin = performance.now();
    let scores: Scores;
    try {
      signal?.throwIfAborted();
      scores = await compute();
      requireMainMetric(scores, description.mainMetric);
    } catch (error) {
      signal?.throwIfAborted();
      await this.fail(name, type, error);
      return;
    }
    const { mainMetric } = description;
    const row: ResultRow = {
      task: name.task,
      type,
      model: name.model,
      dimensions: name.dimensions,
      precision: name.precision,
      rescoring: name.rescoring,
      mainMetric,
      mainScore: scores.metrics[mainMetric] as number,
      metrics: scores.metrics,
      seconds: (performance.now() - begin) / 1000,
      method,
      fingerprint,
    };
    await this.folder?.add(row, scores.items);
    this.results.push(row);
    onRow?.(row);
  }

  private async fail(name: RowName, type: string, error: unknown): Promise<void> {
    const message = error instanceof KokeshiError ? error.message : String(error);
    const { task, model, dimensions, precision, rescoring } = name;
    const row: FailedRow = { task, type, model, dimensions, precision, rescoring, error: message };
    await this.folder?.addFailure(row);
    this.failures.push(row);
    this.options.onRow?.(row);
  }

  private progress(
    task: string,
    model: string,
    step: EvaluationProgress["step"],
    done: number,
    total: number,
  ): void {
    const { tasksDone } = this;
    this.options.onProgress?.({
      task,
      model,
      step,
      done,
      total,
      tasksDone,
      tasksTotal: this.options.tasks.length,
    });
  }
}

/** Called once, when first needed: rows that are known already need no embeddings. */
function lazily<Value>(create: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= create());
}

function requireOptions({
  tasks,
  models,
  dimensions = [],
  rescoring = [],
  baselines = [],
}: EvaluateOptions): void {
  const invalid = (problem: string, remedy: string) => new InvalidArgumentError({ part, problem, remedy });
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalid(`the task ${twice} is given twice`, "give each task a name of its own");
  const ids = models.map(({ modelId }) => modelId);
  const same = ids.find((id, index) => ids.indexOf(id) !== index);
  if (same !== undefined) throw invalid(`the model ${same} is given twice`, "give each model once");
  if (models.length === 0 && !(baselines.length === 1 && baselines[0] === "bm25")) {
    throw invalid("there is no model to evaluate", 'give a model, or only the baseline "bm25"');
  }
  const numbers = [...dimensions, ...rescoring].find((number) => !Number.isInteger(number) || number < 1);
  if (numbers !== undefined)
    throw invalid(`${numbers} is neither dimensions nor a multiple`, "use whole numbers from 1 on");
}

function requireDimensions({ dimensions }: Axis, { model }: EmbeddingSource): void {
  if (dimensions <= model.dimensions) return;
  throw new InvalidArgumentError({
    part,
    problem: `${dimensions} dimensions are asked for, but ${model.modelId} has ${model.dimensions}`,
    remedy: `use at most ${model.dimensions}`,
  });
}

function requireMainMetric({ metrics }: Scores, mainMetric: string): void {
  if (Object.hasOwn(metrics, mainMetric)) return;
  throw new InvalidArgumentError({
    part,
    problem: `the main metric of the task is ${JSON.stringify(mainMetric)}, which its type does not have`,
    remedy: `use one of ${Object.keys(metrics).slice(0, 12).join(", ")} in task.json`,
  });
}
