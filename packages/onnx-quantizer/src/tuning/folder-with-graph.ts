import type { ModelFolder } from "@kokeshi/core";

/** The folder with one more graph in it, which is in memory alone. */
export function folderWithGraph(folder: ModelFolder, path: string, graph: Uint8Array): ModelFolder {
  return {
    modelId: folder.modelId,
    has: async (file) => file === path || folder.has(file),
    read: async (file) => (file === path ? graph : folder.read(file)),
  };
}
