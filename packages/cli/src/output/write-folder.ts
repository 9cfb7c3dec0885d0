import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CommandContext } from "../command-context.js";
import { UsageError } from "../usage-error.js";
import { unwritable } from "./unwritable.js";

/** Writes files into a new folder, which appears with all of them or not at all. */
export async function writeFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  { cwd, signal }: Pick<CommandContext, "cwd" | "signal">,
): Promise<{ path: string; bytes: number }[]> {
  const path = resolve(cwd, folder);
  await requireNewFolder(folder, path);
  const temporaryPath = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    for (const [name, bytes] of Object.entries(files)) {
      signal.throwIfAborted();
      await mkdir(dirname(join(temporaryPath, name)), { recursive: true });
      await writeFile(join(temporaryPath, name), bytes, { flush: true });
    }
    // An empty folder of that name has to make way on some systems.
    await rmdir(path).catch(() => undefined);
    await rename(temporaryPath, path);
  } catch (cause) {
    await rm(temporaryPath, { recursive: true, force: true });
    signal.throwIfAborted();
    throw unwritable(folder, cause);
  }
  return Object.entries(files).map(([name, bytes]) => ({ path: name, bytes: bytes.length }));
}

/** Throws UsageError unless there is nothing at `path` or an empty folder; `folder` is what the user called it. */
export async function requireNewFolder(folder: string, path: string): Promise<void> {
  const entries = await readdir(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return [];
    throw new UsageError(`--out ${folder} is not a folder`, "name a folder that does not exist yet");
  });
  if (entries.length > 0)
    throw new UsageError(`--out ${folder} is not empty`, "name a folder that does not exist yet");
}
