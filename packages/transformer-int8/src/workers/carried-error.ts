import {
  InvalidArgumentError,
  InvalidFileError,
  KokeshiError,
  NotFoundError,
  type KokeshiErrorDetails,
} from "@kokeshi/core";
import { part } from "../invalid-model.js";

/** An error as messages between threads carry it: structured clone keeps neither the class nor its fields. */
export interface CarriedError extends Required<Omit<KokeshiErrorDetails, "cause">> {
  code: string;
  stack: string | undefined;
}

export function carryError(error: unknown): CarriedError {
  if (error instanceof KokeshiError) {
    const { code, part, problem, remedy, stack } = error;
    return { code, part, problem, remedy, stack };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    code: "encoding-failed",
    part,
    problem: `a batch could not be encoded (${message})`,
    remedy: "see the cause",
    stack,
  };
}

/** The error of the other thread as one of this thread; its `cause` has the stack of there. */
export function rebuildError({ code, stack, ...details }: CarriedError): KokeshiError {
  const cause = new Error("in a thread of the model");
  if (stack !== undefined) cause.stack = stack;
  switch (code) {
    case "invalid-argument":
      return new InvalidArgumentError({ ...details, cause });
    case "invalid-file":
      return new InvalidFileError({ ...details, cause });
    case "not-found":
      return new NotFoundError({ ...details, cause });
    default:
      return new KokeshiError(code, { ...details, cause });
  }
}
