import { InvalidFileError, KokeshiError } from "@kokeshi/core";
import { part } from "./part.js";

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Nothing is at that path: not the file, or not one of the folders on the way. */
export function isNotFound(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function isRefusal(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** What the disk refuses to read, as an error that names it; other errors stay as they are. */
export function readingError(what: string, error: unknown): unknown {
  if (!isRefusal(error)) return error;
  return new InvalidFileError({
    part,
    problem: `cannot read ${what} (${error.message})`,
    remedy: "check that it is whole and that you may read it",
    cause: error,
  });
}

/** Runs work on the cache folder and names it where the disk refuses; other errors stay as they are. */
export async function usingCache<Result>(cacheFolder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new KokeshiError("file-system", {
      part,
      problem: `cannot use the model cache ${cacheFolder} (${error.message})`,
      remedy:
        "make room there and check its permissions, or choose another folder with HF_HUB_CACHE or cacheFolder",
      cause: error,
    });
  }
}
