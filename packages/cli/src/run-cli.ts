import { CommanderError } from "commander";
import type { CliStreams } from "./cli-streams.js";
import type { CommandContext } from "./command-context.js";
import { Interruption } from "./interruption.js";
import { OutputClosedError } from "./output/byte-sink.js";
import { createProgram } from "./program.js";
import { Reporter } from "./report/reporter.js";
import { UsageError } from "./usage-error.js";

/**
 * Runs one command line (without the program's own name) and returns its exit code: 0 success, 1 a failed job, 2 wrong
 * usage, 130 and 143 where the signal was aborted by an `Interruption`. Writes nothing but results to `stdout`.
 */
export async function runCli(argv: readonly string[], streams: CliStreams): Promise<number> {
  const reporter = new Reporter(streams);
  const context: CommandContext = { ...streams, reporter, exitCode: 0 };
  // What happens to the output is told by its writes; nobody hearing this event would end the process.
  streams.stdout.on("error", () => undefined);
  try {
    await createProgram(context).parseAsync(argv, { from: "user" });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof OutputClosedError) return 0;
    const reason: unknown = streams.signal.aborted ? streams.signal.reason : undefined;
    if (reason instanceof Interruption) {
      reporter.warning(reason.message);
      return reason.exitCode;
    }
    reporter.error(error);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    reporter.endProgress();
  }
}
