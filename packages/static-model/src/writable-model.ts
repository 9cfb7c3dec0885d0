import { InvalidArgumentError } from "@kokeshi/core";
import type { TermFrequency } from "./text-rules.js";

/** What every layout stores beside its table. */
export interface WritableModel {
  /** The contents of tokenizer.json. */
  tokenizerJson: string | Uint8Array;
  /** Whether vectors are scaled to length 1. */
  normalize: boolean;
  /** Texts put before an input, by input type. */
  prompts?: Readonly<Record<string, string>>;
  /**
   * How much the repeated tokens of a text count. Only Kokeshi's own layout keeps it: the others are read by libraries that
   * know "linear", the default.
   */
  termFrequency?: TermFrequency;
  /** Licence of the weights, as Hugging Face spells it: "mit", "cc-by-sa-4.0", … */
  licence?: string;
  /** One sentence for README.md. */
  description?: string;
}

export function tokenizerFile({ tokenizerJson }: WritableModel): Uint8Array {
  return typeof tokenizerJson === "string" ? new TextEncoder().encode(tokenizerJson) : tokenizerJson;
}

/** Throws InvalidArgumentError unless `values` are `rows * dimensions` numbers. */
export function requireTable(values: number, dimensions: number, rows = values / dimensions): void {
  if (
    Number.isInteger(dimensions) &&
    dimensions > 0 &&
    Number.isInteger(rows) &&
    rows * dimensions === values
  )
    return;
  throw new InvalidArgumentError({
    part: "static-model",
    problem: `a table of ${values} values has not ${rows} rows of ${dimensions} dimensions`,
    remedy: "pass rows * dimensions values, and one scale or weight a row",
  });
}
