import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.js";
import { neededWeights } from "../needed-weights.js";
import { openModelFolder } from "../open-model.js";
import { byteCount } from "../output/byte-count.js";
import { streamSink } from "../output/byte-sink.js";
import { addOptions, commonOptions } from "./common-options.js";

interface PullCommandOptions {
  precision?: PrecisionChoice;
  json?: boolean;
}

export function addModelsPullCommand(models: Command, context: CommandContext): void {
  const command = models
    .command("pull")
    .description("Download a model of the Hugging Face Hub into the cache, pinned and checksummed.")
    .argument("<ref>", "hf:owner/name[@revision]; a folder or a package is only looked up");
  addOptions(command, [commonOptions.graphOrPrecision(), commonOptions.json(), commonOptions.quiet()]);
  command
    .addHelpText(
      "after",
      `
HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and HF_HUB_OFFLINE are honoured.

Of an encoder one graph is downloaded, with its tokenizer and configuration: by default the one that the other commands
open, which is the best INT8 graph for this processor, or else float32.

Examples:
  $ kokeshi models pull hf:sentence-transformers/static-retrieval-mrl-en-v1
  $ kokeshi models pull hf:BAAI/bge-small-en-v1.5 --graph float32
  $ kokeshi models pull hf:sentence-transformers/all-MiniLM-L6-v2 --graph onnx/model_O3.onnx`,
    )
    .action((reference: string, options: PullCommandOptions) => pullCommand(reference, options, context));
}

async function pullCommand(
  reference: string,
  options: PullCommandOptions,
  context: CommandContext,
): Promise<void> {
  const folder = await openModelFolder(reference, context, (repository) =>
    neededWeights(repository, options.precision),
  );
  const files = await folder.list();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const text = options.json
    ? `${JSON.stringify({ model: folder.modelId, path: folder.localPath, bytes, files })}\n`
    : `${folder.modelId}, ${files.length} files, ${byteCount(bytes)}\n${folder.localPath}\n`;
  await streamSink(context.stdout, context.signal).write(Buffer.from(text));
}
