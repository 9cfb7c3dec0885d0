import { NotFoundError } from "@kokeshi/core";
import { listCachedModels, localFolder } from "@kokeshi/hub";
import type { Command } from "commander";
import { backends } from "../backends.js";
import type { CommandContext } from "../command-context.js";
import { defaultModel, openModelFolder } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { table } from "../output/table.js";
import { addOptions, commonOptions } from "./common-options.js";

interface ListedModel {
  /** What `--model` takes. */
  reference: string;
  model: string;
  /** "package" for the default model, "hub" for one in the Hugging Face cache. */
  source: "package" | "hub";
  /** The backend that opens it; null where none does: other libraries share the cache. */
  backend: string | null;
  bytes: number;
  path: string;
}

export function addModelsListCommand(models: Command, context: CommandContext): void {
  const command = models
    .command("list")
    .description("The default model, and the models in the cache that Hugging Face libraries share.");
  addOptions(command, [commonOptions.json(), commonOptions.quiet()]);
  command
    .addHelpText("after", "\nExample:\n  $ kokeshi models list")
    .action(({ json }: { json?: boolean }) => listCommand(json ?? false, context));
}

async function listCommand(json: boolean, context: CommandContext): Promise<void> {
  const models = [...(await bundledModels(context)), ...(await cachedModels())];
  const text = json ? `${JSON.stringify({ models })}\n` : listing(models);
  await streamSink(context.stdout, context.signal).write(Buffer.from(text));
}

async function bundledModels(context: CommandContext): Promise<ListedModel[]> {
  try {
    const folder = await openModelFolder(defaultModel, context);
    const files = await folder.list();
    return [
      {
        reference: defaultModel,
        model: folder.modelId,
        source: "package",
        backend: (await backends.find(folder))?.name ?? null,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
        path: folder.localPath,
      },
    ];
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

async function cachedModels(): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for (const { repository, commit, modelId, localPath, bytes } of await listCachedModels()) {
    listed.push({
      reference: `hf:${repository}@${commit}`,
      model: modelId,
      source: "hub",
      backend: (await backends.find(localFolder(localPath, modelId)))?.name ?? null,
      bytes,
      path: localPath,
    });
  }
  return listed;
}

function listing(models: readonly ListedModel[]): string {
  const rows = models.map(({ reference, backend, bytes, path }) => [
    reference,
    backend ?? "(no backend)",
    byteCount(bytes),
    path,
  ]);
  return table([["MODEL", "BACKEND", "SIZE", "FOLDER"], ...rows], new Set([2]));
}
