import type { ResultRow } from "../scores.js";

/** How a task was asked: the axes of the table. */
export type Configuration = Pick<ResultRow, "model" | "dimensions" | "precision" | "rescoring">;

const baselines: ReadonlySet<string> = new Set(["bm25", "hybrid"]);

/** Rows to compare a model with, rather than a model: BM25, and its fusion with embeddings. */
export function isBaseline({ model }: Pick<ResultRow, "model">): boolean {
  return baselines.has(model);
}

/** Equal for rows that were asked in the same way. */
export function configurationKey({ model, dimensions, precision, rescoring }: Configuration): string {
  return JSON.stringify([model, dimensions, precision, rescoring]);
}

/** In words: `model-en-ja · 128 dimensions · int8 · rescored ×4`. */
export function configurationLabel(configuration: Configuration, modelLabel: string): string {
  return configurationParts(configuration, modelLabel).join(" · ");
}

function configurationParts(configuration: Configuration, modelLabel: string): string[] {
  const { dimensions, precision, rescoring } = configuration;
  return [
    modelLabel,
    ...(dimensions === null ? [] : [`${dimensions} dimensions`]),
    ...(precision === null ? [] : [precisionLabel({ precision, rescoring })]),
  ];
}

/** From one configuration to another, what they share said once: `model-en-ja · 256 dimensions · float32 → int8`. */
export function configurationChange(
  before: Configuration,
  after: Configuration,
  labels: ReadonlyMap<string, string>,
): string {
  const from = configurationParts(before, labels.get(before.model) ?? before.model);
  const to = configurationParts(after, labels.get(after.model) ?? after.model);
  if (before.model !== after.model) return `${from.join(" · ")} → ${to.join(" · ")}`;
  return from.map((part, index) => (part === to[index] ? part : `${part} → ${to[index]}`)).join(" · ");
}

export function precisionLabel({ precision, rescoring }: Pick<ResultRow, "precision" | "rescoring">): string {
  return `${precision ?? "–"}${rescoring === null ? "" : ` rescored ×${rescoring}`}`;
}

/**
 * The shortest names that tell the models of a report apart: without revision and owner where they are not needed.
 * `@kokeshi/model-en-ja@0.1.0` is `model-en-ja` if nothing else is.
 */
export function modelLabels(models: Iterable<string>): Map<string, string> {
  const all = [...new Set(models)];
  const shortenings = [
    (model: string) => withoutRevision(model).split("/").at(-1) as string,
    withoutRevision,
    (model: string) => model,
  ];
  return new Map(
    all.map((model) => {
      const shorten = shortenings.find((shortening) => {
        const label = shortening(model);
        return label !== "" && all.every((other) => other === model || shortening(other) !== label);
      });
      return [model, displayNames.get(model) ?? (shorten === undefined ? model : shorten(model))];
    }),
  );
}

const displayNames = new Map([
  ["bm25", "BM25"],
  ["hybrid", "Hybrid"],
]);

/** The `@` of a scope is not that of a revision. */
function withoutRevision(model: string): string {
  const at = model.lastIndexOf("@");
  return at > 0 ? model.slice(0, at) : model;
}
