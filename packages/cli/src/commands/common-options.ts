import type { PrecisionChoice } from "@kokeshi/transformer-int8";
import { type Command, InvalidArgumentError, Option } from "commander";
import { defaultModel } from "../open-model.js";

const graphPrecisions = ["auto", "float32", "float16", "int8", "uint8", "int4"];
const graphHelp = `of a transformer's graphs: ${graphPrecisions.join(", ")}, or the path of one in the model (default: auto)`;

/** Options that mean the same wherever they appear. */
export const commonOptions = {
  model: () =>
    new Option("-m, --model <ref>", "a folder, an npm package, or hf:owner/name[@revision]").default(
      defaultModel,
    ),
  graph: () => new Option("--graph <precision>", graphHelp).argParser(graphChoice),
  /** The same, as `precision`, of commands that give no vectors, whose precision would be another matter. */
  graphOrPrecision: () => new Option("--graph, --precision <precision>", graphHelp).argParser(graphChoice),
  dimensions: () =>
    new Option("-d, --dimensions <n>", "keep only the first components of each vector").argParser(
      positiveInteger,
    ),
  batchSize: () =>
    new Option("--batch-size <n>", "texts a call to the model (default: what it does best with)").argParser(
      positiveInteger,
    ),
  json: () => new Option("--json", "print one JSON document"),
  quiet: () => new Option("-q, --quiet", "no progress and no notes; warnings and errors stay"),
};

function graphChoice(value: string): PrecisionChoice {
  if (graphPrecisions.includes(value) || value.endsWith(".onnx")) return value as PrecisionChoice;
  throw new InvalidArgumentError(`Use one of ${graphPrecisions.join(", ")}, or a path like onnx/model.onnx.`);
}

export function addOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("Use a whole number of at least 1.");
}
