import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { NotFoundError } from "@kokeshi/core";
import { localFolder, type LocalFolder } from "./local-folder.js";
import { isRepositoryName, parseModelReference } from "./model-reference.js";
import { findPackage } from "./npm-package.js";
import { part } from "./part.js";
import { resolveHubModel, type DownloadOptions } from "./resolve-hub-model.js";

export interface ResolveOptions extends DownloadOptions {
  /** File, folder or `file:` URL from which npm packages are looked up first, for example `import.meta.url`. */
  from?: string;
}

/**
 * Opens the folder of a model, wherever the reference says it is:
 *
 * - a folder: `./model`, `/models/mine`, `models/mine`, a `file:` URL; modelId `<name>@<fingerprint>`;
 * - an installed npm package: `@kokeshi/model-en-ja`; modelId `<name>@<version>`. A folder in the working directory
 *   goes before a package whose name has no scope, after one whose name has;
 * - a model of the Hugging Face Hub: `hf:owner/name` or `hf:owner/name@revision`, downloaded into the cache that all
 *   Hugging Face libraries share as far as it is not there; modelId `<owner>/<name>@<commit>`.
 *
 * Uses the network for `hf:` alone. Throws InvalidArgumentError for a reference that makes no sense, NotFoundError
 * where nothing is there, NetworkError where the Hub cannot be reached or refuses, InvalidFileError where what it
 * sends is not what it announced, and rejects with `signal.reason` when aborted.
 */
export async function resolveModel(reference: string, options: ResolveOptions = {}): Promise<LocalFolder> {
  options.signal?.throwIfAborted();
  const parsed = parseModelReference(reference);
  switch (parsed.kind) {
    case "hub":
      return resolveHubModel(parsed.repository, parsed.revision ?? "main", options);
    case "folder":
      if (!existsSync(resolve(parsed.path))) throw noFolder(parsed.path);
      return localFolder(parsed.path);
    case "package":
      return openPackage(parsed.name, options.from);
  }
}

function openPackage(name: string, from: string | undefined): LocalFolder {
  const isScoped = name.startsWith("@");
  if (!isScoped && isFolder(name)) return localFolder(name);
  const installed = findPackage(name, from);
  if (installed !== undefined) return localFolder(installed.folder, installed.modelId);
  if (isScoped && isFolder(name)) return localFolder(name);
  throw new NotFoundError({
    part,
    problem: `there is no ${isScoped ? "" : "folder or "}installed package "${name}"`,
    remedy: `run \`npm install ${name}\`, or give the path of a folder, or hf:owner/name for a model of the Hugging Face Hub`,
  });
}

/** Why not: `owner/name` looks like a folder and is most often meant for the Hub. */
function noFolder(path: string): NotFoundError {
  return new NotFoundError({
    part,
    problem: `there is no folder ${path}`,
    remedy: isRepositoryName(path)
      ? `check the path, or write hf:${path} for the model of the Hugging Face Hub`
      : "check the path of the model",
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(resolve(path)).isDirectory();
  } catch {
    return false;
  }
}
