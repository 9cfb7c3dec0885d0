import { readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import {
  InvalidArgumentError,
  InvalidFileError,
  NotFoundError,
  type ModelFile,
  type ModelFolder,
} from "@kokeshi/core";
import { contentFingerprint } from "./content-fingerprint.js";
import { isNotFound, readingError } from "./file-system-errors.js";
import { part } from "./part.js";
import { pathProblem } from "./relative-path.js";

/** A folder with more files than this is somebody's home, not a model. */
const mostFiles = 10_000;

/** Node refuses single reads of 2 GiB and more. */
const mostBytesPerRead = 1 << 30;

/** A model folder on this machine. */
export interface LocalFolder extends ModelFolder {
  readonly localPath: string;
  list(): Promise<readonly ModelFile[]>;
}

/**
 * Opens a folder on disk. `modelId` defaults to the folder's name and a fingerprint of its contents,
 * `my-model@0123456789ab`.
 *
 * Paths given to `has` and `read` must stay inside the folder, and so must links found in it, except that the
 * snapshots of a Hugging Face cache link to the blobs beside them. Hidden files and folders and `node_modules` are
 * not listed. Throws NotFoundError where there is no folder.
 */
export function localFolder(path: string, modelId?: string): LocalFolder {
  const folder = existingFolder(path);
  const list = () => readable(folder, () => listFiles(folder));
  const fingerprint = () => readable(folder, () => contentFingerprint(folder, list()));
  function locate(file: string): string {
    const problem = pathProblem(file);
    if (problem === undefined) return join(folder, file);
    throw new InvalidArgumentError({
      part,
      problem: `"${file}" is not a path inside ${folder}: ${problem}`,
      remedy: "use a relative path with forward slashes",
    });
  }

  return {
    modelId: modelId ?? `${basename(folder) || "model"}@${fingerprint()}`,
    localPath: folder,
    async has(file) {
      const location = locate(file);
      try {
        return (await stat(location)).isFile();
      } catch (error) {
        if (isNotFound(error)) return false;
        throw readingError(location, error);
      }
    },
    async read(file) {
      const location = locate(file);
      try {
        if (!staysInside(await realpath(folder), await realpath(location))) {
          throw new InvalidFileError({
            part,
            problem: `${file} of ${folder} is a link to a file outside the folder`,
            remedy: "copy the file itself into the folder",
          });
        }
        return await readWhole(location, file);
      } catch (cause) {
        if (!isNotFound(cause)) throw readingError(location, cause);
        throw new NotFoundError({
          part,
          problem: `${file} is missing from ${folder}`,
          remedy: "check that the folder holds a complete model",
          cause,
        });
      }
    },
    list: async () => list(),
  };
}

function readable<Result>(folder: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw readingError(folder, error);
  }
}

/** Absolute path of a folder that is there. */
function existingFolder(path: string): string {
  const folder = resolve(path);
  let stats: Stats;
  try {
    stats = statSync(folder);
  } catch (cause) {
    throw new NotFoundError({
      part,
      problem: `there is no folder ${folder}`,
      remedy: "check the path of the model",
      cause,
    });
  }
  if (stats.isDirectory()) return folder;
  throw new NotFoundError({
    part,
    problem: `${folder} is not a folder`,
    remedy: `give the folder that holds the model, perhaps ${dirname(folder)}`,
  });
}

/** Files under the folder, sorted by path. Links to files are listed, links to folders are not followed. */
function listFiles(folder: string): ModelFile[] {
  const root = realpathSync(folder);
  const files: ModelFile[] = [];
  const folders = [""];
  for (let inside = folders.pop(); inside !== undefined; inside = folders.pop()) {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(path);
        continue;
      }
      const stats = statSync(join(folder, path), { throwIfNoEntry: false });
      if (!stats?.isFile()) continue;
      if (entry.isSymbolicLink() && !staysInside(root, realpathSync(join(folder, path)))) continue;
      files.push({ path, bytes: stats.size });
    }
    if (files.length + folders.length > mostFiles) {
      throw new InvalidArgumentError({
        part,
        problem: `${folder} holds more than ${mostFiles} files`,
        remedy: "give the folder that holds one model",
      });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function staysInside(realFolder: string, realFile: string): boolean {
  if (isUnder(realFolder, realFile)) return true;
  const snapshots = dirname(realFolder);
  return basename(snapshots) === "snapshots" && isUnder(join(dirname(snapshots), "blobs"), realFile);
}

function isUnder(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return !isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`);
}

/** The file in memory of its own, aligned for any typed array view. */
async function readWhole(location: string, file: string): Promise<Uint8Array> {
  // Before opening: to open a named pipe would wait for its writer.
  if (!(await stat(location)).isFile()) {
    throw new InvalidFileError({
      part,
      problem: `${file} is not a regular file`,
      remedy: "check that the folder holds a complete model",
    });
  }
  const handle = await open(location, "r");
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const length = Math.min(size - filled, mostBytesPerRead);
      const { bytesRead } = await handle.read(bytes, filled, length, filled);
      if (bytesRead === 0) {
        throw new InvalidFileError({
          part,
          problem: `${location} ended after ${filled} of ${size} bytes`,
          remedy: "do not change a model while it is read",
        });
      }
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
