import { NotFoundError } from "@kokeshi/core";

/** The files beside a model that hold tensors, read in pieces; paths are relative to the model's folder, and inside it. */
export interface ExternalFiles {
  /** Absolute path of the model's folder, where it is on disk. */
  readonly folder?: string;
  /** Whether a path is a link on disk: where not said, none is. */
  isLink?(location: string): boolean;
  /** Bytes of a file. Throws NotFoundError where there is none. */
  size(location: string): number;
  /** So many bytes from there on, all of which the file has; in memory of their own or as a view. */
  read(location: string, offset: number, length: number): Uint8Array;
}

/** Files that are in memory already. What is read of them is a view. */
export function externalFilesOf(contents: ReadonlyMap<string, Uint8Array>): ExternalFiles {
  const contentOf = (location: string): Uint8Array => {
    const content = contents.get(location);
    if (content === undefined) throw missingFile(location);
    return content;
  };
  return {
    size: (location) => contentOf(location).length,
    read: (location, offset, length) => contentOf(location).subarray(offset, offset + length),
  };
}

/** Of what a model names and its folder has not. */
export function missingFile(location: string, cause?: unknown): NotFoundError {
  return new NotFoundError({
    part: "onnx",
    problem: `${location}, which holds tensors of the model, is missing`,
    remedy: "download or export the model again, with all of its files",
    cause,
  });
}
