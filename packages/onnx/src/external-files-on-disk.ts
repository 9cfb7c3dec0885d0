import { InvalidFileError } from "@kokeshi/core";
import { missingFile, type ExternalFiles } from "./external-files.js";

/**
 * Files on disk, of any size; what is read of them is what is asked for. They are opened for each piece, so that nothing
 * has to be closed. Throws InvalidFileError for what is no regular file, and for links that lead out of the folder, except
 * from a snapshot of a Hugging Face cache to its blobs.
 */
export function externalFilesIn(folder: string): ExternalFiles {
  const { closeSync, fstatSync, lstatSync, openSync } = fileSystem();
  const absolute = paths().resolve(folder);
  const opened = <Result>(location: string, use: (descriptor: number, size: number) => Result): Result => {
    const path = paths().join(absolute, location);
    requireInside(absolute, path, location);
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch (cause) {
      throw unusable(
        location,
        `cannot be opened (${(cause as Error).message})`,
        "allow it to be read",
        cause,
      );
    }
    try {
      return use(descriptor, fstatSync(descriptor).size);
    } finally {
      closeSync(descriptor);
    }
  };
  return {
    folder: absolute,
    isLink: (location) => lstatSync(paths().join(absolute, location)).isSymbolicLink(),
    size: (location) => opened(location, (_, size) => size),
    read: (location, offset, length) => opened(location, (file) => readPiece(file, location, offset, length)),
  };
}

/** Node refuses single reads of 2 GiB and more. */
const mostBytesPerRead = 2 ** 30;

// Not imported: the rest of this package runs in browsers too.
const fileSystem = () => process.getBuiltinModule("node:fs");
const paths = () => process.getBuiltinModule("node:path");

function readPiece(file: number, location: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const atOnce = Math.min(length - filled, mostBytesPerRead);
    const count = fileSystem().readSync(file, bytes, filled, atOnce, offset + filled);
    if (count === 0) {
      throw new InvalidFileError({
        part: "onnx",
        problem: `${location} ended at ${offset + filled} of ${offset + length} bytes`,
        remedy: "do not change a model while it is read",
      });
    }
    filled += count;
  }
  return bytes;
}

function requireInside(folder: string, path: string, location: string): void {
  const { realpathSync, statSync } = fileSystem();
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    throw missingFile(location, cause);
  }
  // Before opening: to open a named pipe would wait for its writer.
  const problem = !staysInside(realpathSync(folder), real)
    ? "is a link to a file outside the model's folder"
    : statSync(real).isFile()
      ? undefined
      : "is not a regular file";
  if (problem !== undefined) throw unusable(location, problem, "put the file itself beside the model");
}

function staysInside(folder: string, file: string): boolean {
  const { basename, dirname, join } = paths();
  if (isUnder(folder, file)) return true;
  for (let place = folder; dirname(place) !== place; place = dirname(place)) {
    if (basename(place) === "snapshots" && isUnder(join(dirname(place), "blobs"), file)) return true;
  }
  return false;
}

function isUnder(folder: string, file: string): boolean {
  const { isAbsolute, relative, sep } = paths();
  const path = relative(folder, file);
  return !isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`);
}

function unusable(location: string, problem: string, remedy: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({
    part: "onnx",
    problem: `${location}, which holds tensors of the model, ${problem}`,
    remedy,
    cause,
  });
}
