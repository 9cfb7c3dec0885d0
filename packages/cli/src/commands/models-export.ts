import { exportStaticEmbedding } from "@kokeshi/static-model";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.js";
import { readLegalFiles } from "../legal-files.js";
import { defaultModel, openModel } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { writeFolder } from "../output/write-folder.js";
import { addOptions, commonOptions } from "./common-options.js";

interface ExportCommandOptions {
  out: string;
  json?: boolean;
}

export function addModelsExportCommand(models: Command, context: CommandContext): void {
  const command = models
    .command("export")
    .description("Write a static model as a float32 folder that sentence-transformers opens.")
    .argument("[ref]", "a folder, an npm package, or hf:owner/name[@revision]", defaultModel);
  addOptions(command, [
    new Option(
      "-o, --out <dir>",
      "the folder to write, which must not exist or be empty",
    ).makeOptionMandatory(),
    commonOptions.json(),
    commonOptions.quiet(),
  ]);
  command
    .addHelpText(
      "after",
      `
Example:
  $ kokeshi models export --out ./model-en-ja
  $ python -c 'from sentence_transformers import SentenceTransformer as S; print(S("./model-en-ja").encode("hello"))'`,
    )
    .action((reference: string, options: ExportCommandOptions) => exportCommand(reference, options, context));
}

async function exportCommand(
  reference: string,
  options: ExportCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { model, folder } = await openModel(reference, context);
  try {
    const files = { ...(await readLegalFiles(folder)), ...exportStaticEmbedding(model) };
    const written = await writeFolder(options.out, files, context);
    const bytes = written.reduce((sum, file) => sum + file.bytes, 0);
    const text = options.json
      ? `${JSON.stringify({ model: model.modelId, out: options.out, bytes, files: written })}\n`
      : `${options.out}: ${written.length} files, ${byteCount(bytes)}\n`;
    await streamSink(context.stdout, context.signal).write(Buffer.from(text));
  } finally {
    await model.close();
  }
}
