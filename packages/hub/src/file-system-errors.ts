import { KokeshiError } from "@kokeshi/core";
import { part } from "./part.js";

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Nothing is at that path: not the file, or not one of the folders on the way. */
export function isNotFound(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Runs work on the cache folder and names it where the disk refuses; other errors pass through. */
export async function writingCache<Result>(
  cacheFolder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error) || (cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new KokeshiError("file-system", {
      part,
      problem: `cannot write to the model cache ${cacheFolder} (${cause.message})`,
      remedy:
        "make room there and check its permissions, or choose another folder with HF_HUB_CACHE or cacheFolder",
      cause,
    });
  }
}
