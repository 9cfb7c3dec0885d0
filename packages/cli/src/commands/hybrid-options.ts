import type { FusionMethod, FusionOptions } from "@kokeshi/search";
import { InvalidArgumentError, Option } from "commander";
import { UsageError } from "../usage-error.js";

export interface HybridOptions {
  hybrid?: boolean;
  lexicalWeight?: number;
  fusion?: FusionMethod;
}

/** The options of every command that can search by words, too. */
export function hybridOptions(): Option[] {
  return [
    new Option("--hybrid", "search by words as well (BM25): for names, numbers, rare words"),
    new Option(
      "--lexical-weight <share>",
      "with --hybrid: what words count against vectors, 0 to 1 (default: 0.6; of scores 0.7, of ranks 0.5)",
    ).argParser(weight),
    new Option(
      "--fusion <method>",
      "with --hybrid: how both become one score; scores can be compared between queries (default: normalized)",
    ).choices(["normalized", "scores", "ranks"]),
  ];
}

/** How words and vectors become one score; undefined for vectors alone. */
export function fusionOf({
  hybrid,
  lexicalWeight,
  fusion: method,
}: HybridOptions): FusionOptions | undefined {
  if (hybrid) return { lexicalWeight, method };
  const without = lexicalWeight === undefined ? method && "--fusion" : "--lexical-weight";
  if (without === undefined) return undefined;
  throw new UsageError(`${without} says nothing without --hybrid`, "add --hybrid, or leave it out");
}

function weight(value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("Use a number from 0 to 1, such as 0.6.");
}
