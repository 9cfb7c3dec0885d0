import { copyFile, link, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { temporaryPath } from "./atomic-file.js";

/**
 * Makes `target` in a snapshot show `blob`: by a relative symbolic link, as in every Hugging Face cache, or by a hard
 * link or a copy where the system grants no symbolic links (Windows without developer mode). Replaces what is there
 * in one step, so two processes may do it at once.
 */
export async function linkIntoSnapshot(blob: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = temporaryPath(blob);
  try {
    await symlink(relative(dirname(target), blob), temporary)
      .catch(() => link(blob, temporary))
      .catch(() => copyFile(blob, temporary));
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
