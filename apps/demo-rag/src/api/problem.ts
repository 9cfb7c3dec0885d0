import { KokeshiError } from "@kokeshi/core";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** How every failure looks to a client. */
export interface Problem {
  code: string;
  message: string;
  remedy: string;
}

const statusOfCode: Readonly<Record<string, ContentfulStatusCode>> = {
  "invalid-argument": 400,
  "invalid-request": 400,
  forbidden: 403,
  "unknown-document": 404,
  "duplicate-document": 409,
  "too-many-documents": 409,
  "too-large": 413,
  "unsupported-type": 415,
  "unreadable-file": 422,
  "empty-document": 422,
  "chat-model": 502,
};

export function problemOf(error: unknown): Problem {
  if (error instanceof KokeshiError) {
    return { code: error.code, message: error.problem, remedy: error.remedy };
  }
  return {
    code: "internal",
    message: "something in the demo broke",
    remedy: "look at its output in the terminal",
  };
}

export function statusOf(problem: Problem): ContentfulStatusCode {
  return statusOfCode[problem.code] ?? 500;
}

/** What the visitor is not told: the terminal gets it. */
export function reportUnexpected(error: unknown): void {
  if (!(error instanceof KokeshiError)) process.stderr.write(`${(error as Error)?.stack ?? error}\n`);
}
