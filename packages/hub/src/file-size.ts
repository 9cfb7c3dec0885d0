import { stat } from "node:fs/promises";
import { isNotFound } from "./file-system-errors.js";

/** Bytes of a file, links followed; undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
