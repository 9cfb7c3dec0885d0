export type KokeshiErrorCode = "invalid-argument" | "invalid-file" | "not-found" | "network" | (string & {});

export interface KokeshiErrorDetails {
  /** The part of Kokeshi that raised it: "core", "static-model", "hub", … */
  part: string;
  /** What happened, naming the file, line, option or index at fault. */
  problem: string;
  /** What the reader can do about it. */
  remedy: string;
  cause?: unknown;
}

/** Every error Kokeshi raises on purpose. `message` reads `[kokeshi] [part] what happened; what to do`. */
export class KokeshiError extends Error {
  override readonly name: string = "KokeshiError";
  readonly part: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(
    readonly code: KokeshiErrorCode,
    { part, problem, remedy, cause }: KokeshiErrorDetails,
  ) {
    super(`[kokeshi] [${part}] ${problem}; ${remedy}`, cause === undefined ? undefined : { cause });
    this.part = part;
    this.problem = problem;
    this.remedy = remedy;
  }
}

/** An argument, option or text from the caller that cannot be used. */
export class InvalidArgumentError extends KokeshiError {
  override readonly name = "InvalidArgumentError";
  constructor(details: KokeshiErrorDetails) {
    super("invalid-argument", details);
  }
}

/** Foreign bytes (a model file, a configuration, a line of input) that are not what they claim to be. */
export class InvalidFileError extends KokeshiError {
  override readonly name = "InvalidFileError";
  constructor(details: KokeshiErrorDetails) {
    super("invalid-file", details);
  }
}

/** A model, file or package that is not there. */
export class NotFoundError extends KokeshiError {
  override readonly name = "NotFoundError";
  constructor(details: KokeshiErrorDetails) {
    super("not-found", details);
  }
}

/** A server that could not be reached, refused, or broke off. */
export class NetworkError extends KokeshiError {
  override readonly name = "NetworkError";
  constructor(details: KokeshiErrorDetails) {
    super("network", details);
  }
}
