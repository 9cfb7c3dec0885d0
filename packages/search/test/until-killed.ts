import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/**
 * Runs a program of this folder, kills it (-9) some moment within half a second after its first output, and returns the
 * last number that it printed, or undefined.
 */
export async function untilKilled(
  program: string,
  args: readonly string[],
  random: () => number,
): Promise<number | undefined> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const options = ["--import", "tsx", "--conditions=@kokeshi/source"];
  const child = spawn(process.execPath, [...options, path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  let deadline: NodeJS.Timeout | undefined;
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    deadline ??= setTimeout(() => child.kill("SIGKILL"), random() * 500);
  });
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error(`the process ended by itself: ${errors}`);
  const number = output
    .split("\n")
    .filter((line) => /^\d+$/.test(line))
    .at(-1);
  return number === undefined ? undefined : Number(number);
}
