export type KernelsErrorCode = "invalid-argument" | "out-of-memory" | "unavailable";

/**
 * Every error this package raises on purpose: `code` says which kind, `message` reads
 * `[kokeshi] [kernels] what happened; what to do`, like the errors of the other packages.
 */
export class KernelsError extends Error {
  override readonly name = "KernelsError";
  readonly part = "kernels";

  constructor(
    readonly code: KernelsErrorCode,
    /** What happened, naming the argument or index at fault. */
    readonly problem: string,
    /** What the reader can do about it. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`[kokeshi] [kernels] ${problem}; ${remedy}`, cause === undefined ? undefined : { cause });
  }
}

export function invalidArgument(problem: string, remedy: string): KernelsError {
  return new KernelsError("invalid-argument", problem, remedy);
}
