import { KokeshiError } from "@kokeshi/core";

/** An option or argument that cannot be used: exit code 2. */
export class UsageError extends KokeshiError {
  override readonly name = "UsageError";

  constructor(problem: string, remedy: string) {
    super("invalid-argument", { part: "cli", problem, remedy });
  }
}
