import { InvalidFileError } from "@kokeshi/core";

/** The error for a tokenizer.json that is not what it claims to be. */
export function invalidTokenizer(problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part: "tokenizer",
    problem: `tokenizer.json: ${problem}`,
    remedy: "download or export the tokenizer again",
    cause,
  });
}
