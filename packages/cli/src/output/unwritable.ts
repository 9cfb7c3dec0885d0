import { KokeshiError } from "@kokeshi/core";

/** The error for a file, folder or stream that does not take what is written to it. */
export function unwritable(name: string, cause: unknown): KokeshiError {
  return new KokeshiError("unwritable", {
    part: "cli",
    problem: `${name} cannot be written (${(cause as Error).message})`,
    remedy: "check that the place exists, that you may write to it, and that there is room",
    cause,
  });
}
