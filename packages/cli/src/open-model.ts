import { resolve } from "node:path";
import type { OpenedModel } from "@kokeshi/core";
import { type LocalFolder, parseModelReference, resolveModel, type ResolveOptions } from "@kokeshi/hub";
import { type PrecisionChoice, type TransformerOptions } from "@kokeshi/transformer-int8";
import { backends } from "./backends.js";
import type { CommandContext } from "./command-context.js";
import { neededWeights } from "./needed-weights.js";

export const defaultModel = "@kokeshi/model-en-ja";

export interface OpenModelOptions {
  /** Load no more than the first so many components, where that saves work. */
  dimensions?: number;
  /** Which of a transformer's graphs. Default: "auto". */
  graph?: PrecisionChoice;
}

/** Opens the model a reference names with the backend that recognises it. */
export async function openModel(
  reference: string,
  context: CommandContext,
  { dimensions, graph }: OpenModelOptions = {},
): Promise<OpenedModel & { folder: LocalFolder }> {
  const folder = await openModelFolder(reference, context, (repository) => neededWeights(repository, graph));
  // More options than a static model has: it passes over them.
  const options: TransformerOptions = {
    dimensions,
    precision: graph,
    signal: context.signal,
    graphCache: graphCacheOf(context),
  };
  const opened = await backends.open(folder, options);
  if (opened.model.description?.batchInvariant === false) context.reporter.note(dependsOnBatch(opened));
  return { ...opened, folder };
}

/** Where optimised graphs are kept: relative to the working directory; where it is set to nothing, nowhere. */
export function graphCacheOf({ cwd, env }: CommandContext): string | undefined {
  const folder = env["KOKESHI_GRAPH_CACHE"];
  return folder === undefined || folder === "" ? undefined : resolve(cwd, folder);
}

function dependsOnBatch({ model }: OpenedModel): string {
  return `the INT8 scales of ${model.modelId} are those of a whole batch, so a vector depends a little on the texts beside it; --graph float32, where the model has one, does not`;
}

/**
 * The files of the model a reference names, downloaded where it names the Hub and the cache has them not: all but
 * weights, and those that `weights` chooses.
 */
export async function openModelFolder(
  reference: string,
  { cwd, signal, reporter }: CommandContext,
  weights: ResolveOptions["weights"] = neededWeights,
): Promise<LocalFolder> {
  const parsed = parseModelReference(reference);
  const options: ResolveOptions = {
    signal,
    weights,
    // The default model is a dependency of this package; any other package is the user's.
    from: reference === defaultModel ? import.meta.url : cwd,
    onWarning: (message) => reporter.warning(message),
    onProgress: ({ overall: { done, total } }) =>
      reporter.progress({ done: done / 1e6, unit: "MB", fraction: total === 0 ? undefined : done / total }),
  };
  const folder = await resolveModel(
    parsed.kind === "folder" ? resolve(cwd, parsed.path) : reference,
    options,
  );
  reporter.endProgress();
  return folder;
}
