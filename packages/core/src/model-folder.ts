import { InvalidFileError, NotFoundError } from "./errors.js";

/** A folder of model files, wherever it is: on disk, behind a URL, in memory. Paths are relative and use `/`. */
export interface ModelFolder {
  /** Identity of the model in it, revision included. */
  readonly modelId: string;
  /** Absolute path, where the folder is on a local disk. */
  readonly localPath?: string;
  has(path: string): Promise<boolean>;
  /** Throws NotFoundError when the file is not there. */
  read(path: string): Promise<Uint8Array>;
  /** All files, where the folder can be listed. */
  list?(): Promise<readonly ModelFile[]>;
}

export interface ModelFile {
  path: string;
  bytes: number;
}

/** A folder held in memory: what a browser fetched, or what a test wrote. */
export function memoryFolder(
  modelId: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): ModelFolder & Required<Pick<ModelFolder, "list">> {
  const encoder = new TextEncoder();
  const contents = new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      typeof file === "string" ? encoder.encode(file) : file,
    ]),
  );
  return {
    modelId,
    has: async (path) => contents.has(path),
    async read(path) {
      const file = contents.get(path);
      if (file === undefined) throw missingFile(modelId, path);
      return file;
    },
    list: async () => Array.from(contents, ([path, file]) => ({ path, bytes: file.length })),
  };
}

function missingFile(modelId: string, path: string): NotFoundError {
  return new NotFoundError({
    part: "core",
    problem: `${path} is missing from ${modelId}`,
    remedy: "check that the folder holds a complete model",
  });
}

/** Reads a JSON file of a folder; the caller validates its shape. */
export async function readJson(folder: ModelFolder, path: string): Promise<unknown> {
  const bytes = await folder.read(path);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new InvalidFileError({
      part: "core",
      problem: `${path} of ${folder.modelId} is not JSON (${(cause as Error).message})`,
      remedy: "download or export the model again",
      cause,
    });
  }
}
