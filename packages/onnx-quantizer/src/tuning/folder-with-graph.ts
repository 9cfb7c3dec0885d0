import type { ModelFolder } from "@kokeshi/core";

/** The folder with a graph more in it, and the files of its weights, which are in memory alone. */
export function folderWithGraph(
  folder: ModelFolder,
  files: Readonly<Record<string, Uint8Array>>,
): ModelFolder {
  return {
    modelId: folder.modelId,
    has: async (file) => Object.hasOwn(files, file) || folder.has(file),
    read: async (file) => (Object.hasOwn(files, file) ? (files[file] as Uint8Array) : folder.read(file)),
  };
}
