import { InvalidArgumentError } from "@kokeshi/core";

/** How many tokens of content `maxTokens` leaves room for. */
export function readContentLimit(maxTokens: number | undefined, specialTokens: number): number {
  if (maxTokens === undefined) return Infinity;
  if (!Number.isInteger(maxTokens) || maxTokens < specialTokens) {
    throw new InvalidArgumentError({
      part: "tokenizer",
      problem: `maxTokens is ${maxTokens}`,
      remedy: `use a whole number of at least ${specialTokens}, the special tokens around each text`,
    });
  }
  return maxTokens - specialTokens;
}

/** `place` is which text of those passed. */
export function requireText(text: unknown, place: number | string): void {
  if (typeof text === "string") return;
  throw new InvalidArgumentError({
    part: "tokenizer",
    problem: `text ${place} is ${text === null ? "null" : typeof text} instead of a string`,
    remedy: "pass strings",
  });
}
