import { KokeshiError } from "@kokeshi/core";
import type { CliStreams } from "../cli-streams.js";
import { type Progress, ProgressLine } from "./progress-line.js";

/** Everything said on standard error. Warnings and errors are always said; notes and progress not with `quiet`. */
export class Reporter {
  quiet = false;
  private resultsOnTerminal = false;
  private readonly progressLine: ProgressLine;

  constructor(private readonly streams: Pick<CliStreams, "stderr" | "isTTY" | "env">) {
    this.progressLine = new ProgressLine(streams.stderr);
  }

  /** Shown on a terminal only. */
  progress(progress: Progress): void {
    if (this.streams.isTTY.stderr && !this.quiet && !this.resultsOnTerminal) this.progressLine.show(progress);
  }

  /** Results come bit by bit from now on: where a terminal shows them, they are progress enough. */
  streamResults(): void {
    this.resultsOnTerminal = this.streams.isTTY.stdout;
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

  endProgress(): void {
    this.progressLine.end();
  }

  private say(text: string): void {
    this.progressLine.wipe();
    this.streams.stderr.write(`${text}\n`);
  }
}
