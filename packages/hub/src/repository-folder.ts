import { NotFoundError, type ModelFolder } from "@kokeshi/core";
import { part } from "./part.js";
import type { RepositoryEntry, RepositoryFile } from "./repository-listing.js";

/** A commit of a repository as a folder: all its files are listed, of those that are read the contents come here. */
export type RepositoryFolder = ModelFolder & Required<Pick<ModelFolder, "list">>;

/** @param readFile gives the contents of a listed file */
export function repositoryFolder(
  modelId: string,
  entries: readonly RepositoryEntry[],
  readFile: (file: RepositoryFile) => Promise<Uint8Array>,
): RepositoryFolder {
  const files = new Map(entries.flatMap((entry) => ("unusable" in entry ? [] : [[entry.path, entry]])));
  return {
    modelId,
    has: async (path) => files.has(path),
    async read(path) {
      const file = files.get(path);
      if (file !== undefined) return readFile(file);
      throw new NotFoundError({
        part,
        problem: `${path} is missing from ${modelId}`,
        remedy: "check that the repository holds a complete model",
      });
    },
    list: async () => Array.from(files.values(), ({ path, bytes }) => ({ path, bytes })),
  };
}
