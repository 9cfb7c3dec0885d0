import { resolve } from "node:path";
import type { LoadOptions, OpenedModel } from "@kokeshi/core";
import { type LocalFolder, parseModelReference, resolveModel, type ResolveOptions } from "@kokeshi/hub";
import { backends } from "./backends.js";
import type { CommandContext } from "./command-context.js";

export const defaultModel = "@kokeshi/model-en-ja";

/** Opens the model a reference names with the backend that recognises it. */
export async function openModel(
  reference: string,
  context: CommandContext,
  options?: Pick<LoadOptions, "dimensions">,
): Promise<OpenedModel & { folder: LocalFolder }> {
  const folder = await openModelFolder(reference, context);
  return { ...(await backends.open(folder, { ...options, signal: context.signal })), folder };
}

/** The files of the model a reference names, downloaded where it names the Hub and the cache has them not. */
export async function openModelFolder(
  reference: string,
  { cwd, signal, reporter }: CommandContext,
): Promise<LocalFolder> {
  const parsed = parseModelReference(reference);
  const options: ResolveOptions = {
    signal,
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
