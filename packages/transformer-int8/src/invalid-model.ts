import { InvalidFileError } from "@kokeshi/core";

export const part = "transformer-int8";

/** A file of a model that is not what it claims to be, or that asks for what this backend cannot do. */
export function invalidModel(
  problem: string,
  remedy = "download or export the model again",
  cause?: unknown,
): InvalidFileError {
  return new InvalidFileError({ part, problem, remedy, cause });
}
