import type { ModelFolder } from "@kokeshi/core";
import { readConfigIfPresent } from "@kokeshi/model-files";
import { invalidModel } from "../invalid-model.js";
import { modulesShape } from "./config-shapes.js";

export interface FolderModule {
  /** Last part of the Python class: "Pooling", "Dense", … */
  type: string;
  /** "" or a path that ends in `/`. */
  path: string;
}

export interface FolderLayout {
  /** Where the transformer's own files are: "" or a path that ends in `/`. */
  transformer: string;
  /** What comes after it; `undefined` for a folder without `modules.json`. */
  modules: readonly FolderModule[] | undefined;
}

/** Throws InvalidFileError for modules in an order that is not Transformer first. */
export async function readLayout(folder: ModelFolder): Promise<FolderLayout> {
  const listed = await readConfigIfPresent(folder, "modules.json", modulesShape);
  if (listed === undefined) return { transformer: "", modules: undefined };
  const modules = listed.map(({ type, path }) => ({
    // The classes have moved within sentence-transformers; their names have stayed.
    type: type.split(".").at(-1) as string,
    path: readSubfolder(path, folder),
  }));
  const [transformer, ...others] = modules;
  if (transformer?.type !== "Transformer") {
    throw invalidModel(
      `modules.json of ${folder.modelId} begins with the module ${listed[0]?.type}`,
      "this backend opens a Transformer followed by Pooling, Dense and Normalize",
    );
  }
  return { transformer: transformer.path, modules: others };
}

function readSubfolder(path: string, folder: ModelFolder): string {
  if (path === "" || path === ".") return "";
  // Foreign text that becomes part of a path stays inside the folder.
  if (/^[\w-][\w.-]*$/.test(path)) return `${path}/`;
  throw invalidModel(
    `modules.json of ${folder.modelId} places a module in ${JSON.stringify(path)}`,
    "use the name of a folder beside modules.json",
  );
}
