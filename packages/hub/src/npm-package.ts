import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { InvalidFileError } from "@kokeshi/core";
import { isNotFound } from "./file-system-errors.js";
import { part } from "./part.js";
import { pathProblem } from "./relative-path.js";

export interface InstalledPackage {
  /** The folder of the model: the package's own, or the one its package.json names. */
  folder: string;
  /** `name@version` */
  modelId: string;
}

/**
 * Looks a package up as Node would from `from` (a file, a folder or a `file:` URL), then from the working directory,
 * then from this package. The model is in the folder that `"kokeshi": { "model": "./folder" }` in its package.json
 * names, else beside package.json. Throws InvalidFileError for a package.json that cannot be used.
 */
export function findPackage(name: string, from: string | undefined): InstalledPackage | undefined {
  const places = [
    from === undefined ? undefined : fileOf(from),
    join(process.cwd(), "model.js"),
    import.meta.url,
  ];
  for (const place of places) {
    const description = place === undefined ? undefined : findDescription(name, place);
    if (description !== undefined) return readDescription(name, description);
  }
  return undefined;
}

/** `createRequire` resolves from a file; for a folder, from any file in it, there or not. */
function fileOf(from: string): string {
  if (from.startsWith("file:")) return from;
  const place = resolve(from);
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(place, "model.js") : place;
}

/** Path of the package's package.json. */
function findDescription(name: string, place: string): string | undefined {
  const require = createRequire(place);
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    // Not installed, or its `exports` hide package.json: look into the folders where it would be.
    return require.resolve
      .paths(name)
      ?.map((folder) => join(folder, name, "package.json"))
      .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  }
}

function readDescription(name: string, file: string): InstalledPackage {
  const invalid = (problem: string, cause?: unknown) =>
    new InvalidFileError({ part, problem: `${file} ${problem}`, remedy: `install ${name} again`, cause });
  let description: unknown;
  try {
    description = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw invalid(isNotFound(cause) ? "is missing" : `is not JSON (${(cause as Error).message})`, cause);
  }
  const { version, kokeshi } = (description ?? {}) as {
    version?: unknown;
    kokeshi?: { model?: unknown } | null;
  };
  if (typeof version !== "string" || version === "") throw invalid("has no version");
  const model = kokeshi?.model;
  const inside = typeof model === "string" ? model.replace(/^\.\/|\/$/g, "") : "";
  if (
    model !== undefined &&
    (typeof model !== "string" || (inside !== "" && pathProblem(inside) !== undefined))
  ) {
    throw invalid(`names the model folder ${JSON.stringify(model)}, which is no path inside the package`);
  }
  return { folder: join(dirname(file), inside), modelId: `${name}@${version}` };
}
