import type { Readable, Writable } from "node:stream";

/** Everything of the process that the command line touches, so that tests can run it without one. */
export interface CliStreams {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** Folder that relative paths start from. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Which of the three streams are terminals. */
  isTTY: { stdin: boolean; stdout: boolean; stderr: boolean };
  /** Aborted on Ctrl-C and termination; the reason is an `Interruption`. */
  signal: AbortSignal;
}
