import { Interruption } from "./interruption.js";
import { runCli } from "./run-cli.js";

const controller = new AbortController();
// The second signal of a kind finds no listener, and ends the process at once.
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => controller.abort(new Interruption(name)));
}
process.stderr.on("error", () => undefined);

const exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  env: process.env,
  isTTY: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
  signal: controller.signal,
});

// A reader that does not read would hold an interrupted program by what it has not taken.
if (controller.signal.aborted) process.exit(exitCode);
process.exitCode = exitCode;
