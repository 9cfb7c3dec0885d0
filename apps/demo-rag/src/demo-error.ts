import { KokeshiError } from "@kokeshi/core";

/** What can go wrong in the demo, beyond Kokeshi's own codes; the API answers with these names. */
export type DemoErrorCode =
  | "unsupported-type"
  | "too-large"
  | "unreadable-file"
  | "empty-document"
  | "duplicate-document"
  | "too-many-documents"
  | "unknown-document"
  | "invalid-request"
  | "forbidden"
  | "chat-model"
  | "configuration"
  | "port-in-use";

export class DemoError extends KokeshiError {
  override readonly name = "DemoError";

  constructor(code: DemoErrorCode, problem: string, remedy: string, cause?: unknown) {
    super(code, { part: "demo-rag", problem, remedy, cause });
  }
}
