import { KokeshiError } from "@kokeshi/core";
import type { CliStreams } from "../cli-streams.js";
import { type Progress, ProgressLine } from "./progress-line.js";

/** Everything said on standard error. Warnings and errors are always said; notes and progress not with `quiet`. */
export class Reporter {
  quiet = false;
  private readonly progressLine: ProgressLine;

  constructor(private readonly streams: Pick<CliStreams, "stderr" | "isTTY" | "env">) {
    this.progressLine = new ProgressLine(streams.stderr);
  }

  /** Shown only on a terminal, and only where results do not go to the same one. */
  progress(progress: Progress): void {
    const { isTTY } = this.streams;
    if (isTTY.stderr && !isTTY.stdout && !this.quiet) this.progressLine.show(progress);
  }

  note(text: string): void {
    if (!this.quiet) this.say(text);
  }

  warning(text: string): void {
    this.say(text);
  }

  /** The message of an error of ours; for any other also where it came from, if `KOKESHI_DEBUG` is set. */
  error(error: unknown): void {
    if (error instanceof KokeshiError) {
      this.say(error.message);
    } else if (error instanceof Error) {
      const hint = "set KOKESHI_DEBUG=1 to see where";
      this.say(
        `[kokeshi] [cli] ${this.streams.env["KOKESHI_DEBUG"] ? error.stack : `${error.message}; ${hint}`}`,
      );
    } else {
      this.say(`[kokeshi] [cli] ${String(error)}`);
    }
  }

  clearProgress(): void {
    this.progressLine.clear();
  }

  private say(text: string): void {
    this.progressLine.clear();
    this.streams.stderr.write(`${text}\n`);
  }
}
