import type { EmbeddingModel } from "@kokeshi/core";
import type { Configuration } from "./configuration.js";

/**
 * `model_meta.json` beside MTEB's result files: `ModelMeta` in mteb/models/model_meta.py (mteb 2.18), which knows no
 * other keys. What is not known of a model is null.
 */
export interface MtebModelMeta {
  readonly loader: null;
  readonly loader_kwargs: Readonly<Record<string, never>>;
  /** Always `owner/name`: MTEB refuses a name without an owner. */
  readonly name: string;
  readonly revision: string;
  readonly release_date: null;
  readonly languages: readonly string[] | null;
  readonly n_parameters: number | null;
  readonly memory_usage_mb: number | null;
  readonly max_tokens: number | null;
  readonly embed_dim: number | null;
  readonly license: string | null;
  readonly open_weights: boolean | null;
  readonly public_training_code: null;
  readonly public_training_data: null;
  readonly framework: readonly string[];
  readonly reference: string | null;
  readonly similarity_fn_name: "cosine" | null;
  readonly use_instructions: boolean | null;
  readonly training_datasets: null;
  readonly adapted_from: null;
  readonly superseded_by: null;
  readonly modalities: readonly ["text"];
  readonly model_type: readonly string[];
  readonly experiment_kwargs: Readonly<Record<string, number | string>> | null;
}

/** What is asked of a model beyond its row; an `EmbeddingModel` has it. */
export type ModelFacts = Pick<EmbeddingModel, "modelId" | "dimensions" | "maxTokens" | "prompts">;

/**
 * MTEB's description of a model as it was evaluated. `model` is undefined for BM25 and hybrid rows. What differs from
 * the model as it is (fewer dimensions, another precision) is an experiment, as MTEB calls it.
 */
export function mtebModelMeta(configuration: Configuration, model: ModelFacts | undefined): MtebModelMeta {
  const { name, revision } = mtebModelName(configuration.model);
  return {
    loader: null,
    loader_kwargs: {},
    name,
    revision,
    release_date: null,
    languages: null,
    n_parameters: null,
    memory_usage_mb: null,
    max_tokens: model?.maxTokens ?? null,
    embed_dim: configuration.dimensions,
    license: null,
    open_weights: null,
    public_training_code: null,
    public_training_data: null,
    framework: [],
    reference: null,
    similarity_fn_name: model === undefined ? null : "cosine",
    use_instructions: model === undefined ? null : Object.keys(model.prompts).length > 0,
    training_datasets: null,
    adapted_from: null,
    superseded_by: null,
    modalities: ["text"],
    model_type: [modelTypes.get(configuration.model) ?? "dense"],
    experiment_kwargs: experimentOf(configuration, model?.dimensions),
  };
}

const modelTypes = new Map([
  ["bm25", "sparse"],
  ["hybrid", "hybrid"],
]);

/**
 * Where MTEB keeps the result of a row, relative to its `results` folder, with `/`: variants of a model lie in
 * `experiments/<name>`, as `ResultCache.get_task_result_path` has it. The `model_meta.json` of a row lies beside it.
 */
export function mtebResultPath(
  configuration: Configuration & { readonly task: string },
  model: ModelFacts | undefined,
): string {
  const { name, revision } = mtebModelName(configuration.model);
  const experiment = experimentOf(configuration, model?.dimensions);
  return [
    safe(name.replaceAll("/", "__")),
    safe(revision),
    ...(experiment === null
      ? []
      : [
          "experiments",
          // Sorted by name, as _serialize_experiment_kwargs_to_name does.
          safe(
            Object.keys(experiment)
              .sort()
              .map((key) => `${key}_${experiment[key]}`)
              .join("__"),
          ),
        ]),
    `${safe(configuration.task)}.json`,
  ].join("/");
}

/** `owner/name` and revision of a model id such as `owner/name@revision`, `@scope/name@1.0.0` or `folder@fingerprint`. */
function mtebModelName(modelId: string): { name: string; revision: string } {
  const at = modelId.lastIndexOf("@");
  const name = at > 0 ? modelId.slice(0, at) : modelId;
  return {
    name: name.includes("/") ? name : `kokeshi/${name}`,
    revision: (at > 0 && modelId.slice(at + 1)) || "no_revision_available",
  };
}

/** MTEB's own key for fewer dimensions is embed_dim. */
function experimentOf(
  configuration: Configuration,
  fullDimensions: number | undefined,
): Readonly<Record<string, number | string>> | null {
  const { dimensions, precision, rescoring } = configuration;
  const kwargs = {
    ...(dimensions === null || dimensions === fullDimensions ? {} : { embed_dim: dimensions }),
    ...(precision === null || precision === "float32" ? {} : { precision }),
    ...(rescoring === null ? {} : { rescoring }),
  };
  return Object.keys(kwargs).length === 0 ? null : kwargs;
}

/** A name as one part of a path: nothing that a file system takes for something else. */
function safe(part: string): string {
  // eslint-disable-next-line no-control-regex -- control characters have no place in a path
  const cleaned = part.replace(/[<>:"|?*\\/\u0000-\u001f]/g, "_").replaceAll(" ", "_");
  return /^\.*$/.test(cleaned) ? `_${cleaned}` : cleaned;
}
