import { copyFile, link, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { temporaryPath } from "./atomic-file.js";
import { errorCode } from "./file-system-errors.js";

/**
 * Makes `target` in a snapshot show `blob`: by a relative symbolic link, as in every Hugging Face cache, or by a hard
 * link or a copy where the system grants no symbolic links (Windows without developer mode). Replaces a broken
 * entry; two processes may do it at once.
 */
export async function linkIntoSnapshot(blob: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const source = relative(dirname(target), blob);
  try {
    await symlink(source, target);
    return;
  } catch (error) {
    if (errorCode(error) === "EEXIST" && (await linkTarget(target)) === source) return;
  }
  const temporary = temporaryPath(blob);
  try {
    await symlink(source, temporary)
      .catch(() => link(blob, temporary))
      .catch(() => copyFile(blob, temporary));
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch {
    return undefined;
  }
}
