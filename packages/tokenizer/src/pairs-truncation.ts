import { InvalidArgumentError } from "@kokeshi/core";

/** Which of two texts gives way: the longer one until both are equally long, or always the same one. */
export type TruncationStrategy = "longest_first" | "only_first" | "only_second";

/**
 * How many tokens are kept of texts of `first` and `second` tokens, so that both together have at most `limit`.
 * As `truncate_encodings` of the Rust library (tokenizers/src/utils/truncation.rs): of an odd limit the longer text gets
 * the greater half, of equally long ones the second.
 *
 * Throws InvalidArgumentError where the one text that may be cut would have to be cut to nothing.
 */
export function truncatePair(
  first: number,
  second: number,
  limit: number,
  strategy: TruncationStrategy,
): [first: number, second: number] {
  const excess = first + second - limit;
  if (excess <= 0) return [first, second];
  if (limit === 0) return [0, 0];
  switch (strategy) {
    case "longest_first":
      return truncateLonger(first, second, limit);
    case "only_first":
      return [leave(first, excess, "first"), second];
    case "only_second":
      return [first, leave(second, excess, "second")];
  }
}

function truncateLonger(first: number, second: number, limit: number): [number, number] {
  const shorter = Math.min(first, second);
  const half = Math.floor(limit / 2);
  const [kept, keptOfLonger] = shorter <= half ? [shorter, limit - shorter] : [half, limit - half];
  return first > second ? [keptOfLonger, kept] : [kept, keptOfLonger];
}

function leave(tokens: number, excess: number, which: string): number {
  if (tokens > excess) return tokens - excess;
  throw new InvalidArgumentError({
    part: "tokenizer",
    problem: `the ${which} text has ${tokens} tokens, but ${excess} are too many`,
    remedy: 'use the strategy "longest_first" or a greater maxTokens',
  });
}
