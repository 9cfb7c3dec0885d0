import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { defaultModel, openModel } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { table } from "../output/table.js";
import { addOptions, commonOptions } from "./common-options.js";

interface InspectCommandOptions {
  precision?: PrecisionChoice;
  json?: boolean;
}

export function addModelsInspectCommand(models: Command, context: CommandContext): void {
  const command = models
    .command("inspect")
    .description("What a model is: dimensions, limits, prompts, licence, files.")
    .argument("[ref]", "a folder, an npm package, or hf:owner/name[@revision]", defaultModel);
  addOptions(command, [commonOptions.graphOrPrecision(), commonOptions.json(), commonOptions.quiet()]);
  command
    .addHelpText(
      "after",
      "\nExamples:\n  $ kokeshi models inspect\n  $ kokeshi models inspect ./my-model --graph int8 --json",
    )
    .action((reference: string, options: InspectCommandOptions) =>
      inspectCommand(reference, options, context),
    );
}

async function inspectCommand(
  reference: string,
  { precision, json }: InspectCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { model, backend, folder } = await openModel(reference, context, { graph: precision });
  try {
    const { description } = model;
    const inspected = {
      model: model.modelId,
      backend: backend.name,
      dimensions: model.dimensions,
      maxTokens: model.maxTokens ?? null,
      tokenizerPath: description?.tokenizerPath ?? null,
      precision: description?.precision ?? null,
      batchInvariant: description?.batchInvariant ?? null,
      optimizations: description?.optimizations ?? null,
      prompts: model.prompts,
      licence: description?.licence ?? null,
      files: await folder.list(),
    };
    const text = json ? `${JSON.stringify(inspected)}\n` : listing(inspected);
    await streamSink(context.stdout, context.signal).write(Buffer.from(text));
  } finally {
    await model.close();
  }
}

function listing({ files, prompts, ...facts }: Record<string, unknown> & Listed): string {
  const rows = Object.entries(facts).map(([name, value]) => [name, value === null ? "-" : String(value)]);
  for (const [inputType, prompt] of Object.entries(prompts))
    rows.push([`prompt: ${inputType}`, JSON.stringify(prompt)]);
  const fileRows = files.map(({ path, bytes }) => [`  ${path}`, byteCount(bytes)]);
  return `${table(rows)}files\n${table(fileRows, new Set([1]))}`;
}

interface Listed {
  files: readonly { path: string; bytes: number }[];
  prompts: Readonly<Record<string, string>>;
}
