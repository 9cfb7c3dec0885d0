import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { openModelFolder } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { addOptions, commonOptions } from "./common-options.js";

interface PullCommandOptions {
  json?: boolean;
}

export function addModelsPullCommand(models: Command, context: CommandContext): void {
  const command = models
    .command("pull")
    .description("Download a model of the Hugging Face Hub into the cache, pinned and checksummed.")
    .argument("<ref>", "hf:owner/name[@revision]; a folder or a package is only looked up");
  addOptions(command, [commonOptions.json(), commonOptions.quiet()]);
  command
    .addHelpText(
      "after",
      `
HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and HF_HUB_OFFLINE are honoured.

Example:
  $ kokeshi models pull hf:sentence-transformers/static-retrieval-mrl-en-v1`,
    )
    .action((reference: string, options: PullCommandOptions) => pullCommand(reference, options, context));
}

async function pullCommand(
  reference: string,
  options: PullCommandOptions,
  context: CommandContext,
): Promise<void> {
  const folder = await openModelFolder(reference, context);
  const files = await folder.list();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const text = options.json
    ? `${JSON.stringify({ model: folder.modelId, path: folder.localPath, bytes, files })}\n`
    : `${folder.modelId}, ${files.length} files, ${byteCount(bytes)}\n${folder.localPath}\n`;
  await streamSink(context.stdout, context.signal).write(Buffer.from(text));
}
