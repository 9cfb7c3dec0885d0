import { dirname, resolve } from "node:path";
import { parseModelReference } from "@kokeshi/hub";
import type { TermFrequency } from "@kokeshi/static-model";
import type { StaticModelFormat, StaticTrainingOptions } from "@kokeshi/training";
import { defaultModel } from "../open-model.js";
import { ConfigFields } from "./config-fields.js";

/** As `staticModelFormats` of `@kokeshi/training`, which is loaded when there is work for it. */
const formats = ["sentence-transformers", "model2vec", "kokeshi"] as const satisfies StaticModelFormat[];

/** What a configuration file of `kokeshi train static` says, paths resolved from its folder. */
export interface TrainingConfig {
  /** The model whose training goes on, or the tokenizer.json of one that begins at random. */
  start: { model: string } | { tokenizer: string };
  sources: readonly SourceConfig[];
  validation?: ValidationConfig;
  /** Options of `trainStatic` as they are. */
  training: Partial<StaticTrainingOptions>;
  neighbours?: NeighbourConfig;
  graded: { weight?: number; batchSize?: number; scale?: number };
  checkpointEvery?: number;
  /** Take noise out of the trained table, by `reduceCoherence`. */
  coherence?: { threshold?: number; rounds?: number };
  model: {
    format: StaticModelFormat;
    /** Default: that of the model whose training goes on, where the format can say so. */
    termFrequency?: TermFrequency;
    licence?: string;
    description?: string;
  };
}

export interface SourceConfig {
  kind: "pairs" | "graded";
  path: string;
  name: string;
  weight?: number;
  negatives: boolean;
}

export interface ValidationConfig {
  kind: "pairs" | "graded";
  path: string;
  every?: number;
  patience?: number;
}

export interface NeighbourConfig {
  /** A static model of the same vocabulary, by whose vectors pairs are alike. Default: the one to begin with. */
  model?: string;
  groupSize?: number;
  share?: number;
}

/** Throws UsageError that names the field at fault. `cwd` is where `file` is looked for. */
export function parseTrainingConfig(text: string, file: string, cwd: string): TrainingConfig {
  const folder = dirname(resolve(cwd, file));
  const fields = ConfigFields.parse(text, file);
  const sources = fields.objects("sources").map((source) => sourceConfig(source, folder));
  if (!sources.some(({ kind }) => kind === "pairs"))
    throw fields.fault("has no source of pairs", 'add {"pairs": "FILE"} to sources');
  const validation = fields.object("validation");
  const training = fields.object("training");
  const coherence = fields.object("coherence");
  const model = fields.object("model");
  const config: TrainingConfig = {
    start: startConfig(fields, folder),
    sources,
    ...(validation && { validation: validationConfig(validation, folder) }),
    ...trainingOptions(training, folder),
    checkpointEvery: fields.whole("checkpointEvery"),
    ...(coherence && { coherence: coherenceConfig(coherence) }),
    model: {
      format: model?.choice("format", formats) ?? "sentence-transformers",
      termFrequency: model?.choice("termFrequency", ["linear", "sublinear"]),
      licence: model?.text("licence"),
      description: model?.text("description"),
    },
  };
  if (training && config.neighbours && !config.neighbours.model && "tokenizer" in config.start)
    throw training.fault(
      "has neighbours, but no model that knows which pairs are alike",
      'train one first and write "neighbours": {"model": REF}',
    );
  if (model && config.model.termFrequency === "sublinear" && config.model.format !== "kokeshi")
    throw model.fault(
      "has termFrequency sublinear, which its format cannot say",
      'write "format": "kokeshi" or leave it out',
    );
  model?.finish();
  fields.finish();
  return config;
}

/** `"start": REF`, or `"tokenizer": FILE`. */
function startConfig(fields: ConfigFields, folder: string): TrainingConfig["start"] {
  const tokenizer = fields.text("tokenizer");
  const model = fields.text("start");
  if (tokenizer === undefined) return { model: fromFolder(model ?? defaultModel, folder) };
  if (model !== undefined) throw fields.fault("has both start and tokenizer", "keep one of them");
  return { tokenizer: resolve(folder, tokenizer) };
}

/** A reference to a model, which starts from `folder` where it is a path. */
function fromFolder(model: string, folder: string): string {
  const reference = parseModelReference(model);
  return reference.kind === "folder" ? resolve(folder, reference.path) : model;
}

function fileOf(fields: ConfigFields, folder: string): Pick<SourceConfig, "kind" | "path" | "name"> {
  const pairs = fields.text("pairs");
  const graded = fields.text("graded");
  const path = pairs ?? graded;
  if (path === undefined || (pairs !== undefined && graded !== undefined))
    throw fields.fault("needs one of pairs and graded", 'write "pairs": "FILE" or "graded": "FILE"');
  return { kind: pairs === undefined ? "graded" : "pairs", path: resolve(folder, path), name: path };
}

function sourceConfig(fields: ConfigFields, folder: string): SourceConfig {
  const file = fileOf(fields, folder);
  const weight = fields.positive("weight");
  const negatives = fields.flag("negatives") ?? false;
  if (negatives && file.kind === "graded")
    throw fields.fault("has negatives, which graded pairs have not", "leave them out");
  fields.finish();
  return { ...file, weight, negatives };
}

function validationConfig(fields: ConfigFields, folder: string): ValidationConfig {
  const { kind, path } = fileOf(fields, folder);
  const config = { kind, path, every: fields.whole("every"), patience: fields.whole("patience") };
  fields.finish();
  return config;
}

function trainingOptions(
  fields: ConfigFields | undefined,
  folder: string,
): Pick<TrainingConfig, "training" | "neighbours" | "graded"> {
  if (fields === undefined) return { training: { epochs: 1 }, graded: {} };
  const steps = fields.whole("steps");
  const epochs = fields.positive("epochs");
  if (steps !== undefined && epochs !== undefined)
    throw fields.fault("has both steps and epochs", "keep one of them");
  const probability = fields.share("tokenDropout");
  const frequentShare = fields.positive("frequentTokenShare");
  const training: Partial<StaticTrainingOptions> = {
    ...(steps === undefined ? { epochs: epochs ?? 1 } : { steps }),
    dimensions: fields.wholes("dimensions"),
    weights: fields.positives("weights"),
    batchSize: fields.whole("batchSize"),
    learningRate: fields.positive("learningRate"),
    schedule: fields.choice("schedule", ["cosine", "linear", "constant"]),
    warmup: fields.share("warmup"),
    scale: fields.positive("scale"),
    symmetric: fields.flag("symmetric"),
    sourceExponent: fields.positive("sourceExponent"),
    ...(probability === undefined && frequentShare === undefined
      ? {}
      : { tokenDropout: { probability, frequentShare } }),
    sif: fields.positive("sif"),
    seed: fields.whole("seed", 0),
    threads: fields.whole("threads"),
  };
  const graded = {
    weight: fields.positive("gradedWeight"),
    batchSize: fields.whole("gradedBatchSize"),
    scale: fields.positive("gradedScale"),
  };
  const neighbours = fields.object("neighbours");
  fields.finish();
  return { training, graded, ...(neighbours && { neighbours: neighbourConfig(neighbours, folder) }) };
}

function coherenceConfig(fields: ConfigFields): TrainingConfig["coherence"] {
  const config = { threshold: fields.share("threshold"), rounds: fields.whole("rounds") };
  fields.finish();
  return config;
}

function neighbourConfig(fields: ConfigFields, folder: string): NeighbourConfig {
  const model = fields.text("model");
  const config = {
    model: model && fromFolder(model, folder),
    groupSize: fields.whole("groupSize"),
    share: fields.portion("share"),
  };
  fields.finish();
  return config;
}
