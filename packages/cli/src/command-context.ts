import type { CliStreams } from "./cli-streams.js";
import type { Reporter } from "./report/reporter.js";

/** What every command is given. */
export interface CommandContext extends CliStreams {
  reporter: Reporter;
  /** Set to 1 by a command that finished, but had to leave something out. */
  exitCode: 0 | 1;
}
