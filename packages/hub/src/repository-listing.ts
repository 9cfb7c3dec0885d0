import { InvalidFileError } from "@kokeshi/core";
import type { Checksum } from "./checksum.js";
import { part } from "./part.js";
import { pathProblem } from "./relative-path.js";

export interface RepositoryFile {
  path: string;
  bytes: number;
  checksum: Checksum;
}

/** An entry that is there but cannot be downloaded: a link, a submodule, a file without a checksum. */
export interface UnusableEntry {
  path: string;
  unusable: string;
}

export type RepositoryEntry = RepositoryFile | UnusableEntry;

/** More entries than any model has. */
export const mostEntries = 100_000;

/**
 * Checks what the Hub lists of a repository (`/api/models/{repository}/tree/{commit}?recursive=true`, all pages
 * together) and returns the files. Throws InvalidFileError for a listing with a path that leaves the folder, with
 * two entries at one path, or with a shape the Hub does not give.
 */
export function readListing(entries: unknown, source: string): RepositoryEntry[] {
  const invalid = (problem: string) =>
    new InvalidFileError({
      part,
      problem: `the listing of ${source} ${problem}`,
      remedy: "do not use this repository, or check HF_ENDPOINT and whether a proxy stands between",
    });
  if (!Array.isArray(entries)) throw invalid("is not a list");
  if (entries.length > mostEntries) throw invalid(`holds more than ${mostEntries} entries`);
  const folders = new Set<string>();
  const files = new Map<string, RepositoryEntry>();
  entries.forEach((entry: unknown, index) => {
    if (typeof entry !== "object" || entry === null) throw invalid(`holds no object as entry ${index}`);
    const { type, path } = entry as Record<string, unknown>;
    if (typeof path !== "string") throw invalid(`has no path in entry ${index}`);
    const problem = pathProblem(path);
    if (problem !== undefined) throw invalid(`holds the path ${JSON.stringify(path)}: ${problem}`);
    if (files.has(path)) throw invalid(`holds ${path} twice`);
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      folders.add(path.slice(0, slash));
    }
    if (type === "directory") folders.add(path);
    else files.set(path, readEntry(path, entry as Record<string, unknown>));
  });
  for (const path of files.keys()) {
    if (folders.has(path)) throw invalid(`holds ${path} as a file and as a folder`);
  }
  return Array.from(files.values());
}

function readEntry(path: string, { type, size, oid, lfs }: Record<string, unknown>): RepositoryEntry {
  if (type !== "file") return { path, unusable: `it is listed as ${JSON.stringify(type)}, not as a file` };
  if (lfs !== undefined && lfs !== null) {
    const { size: bytes, oid: sha256 } = lfs as Record<string, unknown>;
    if (!isSize(bytes)) return { path, unusable: "its size is not listed" };
    if (!isHash(sha256, 64)) return { path, unusable: "its sha256 is not listed" };
    return { path, bytes, checksum: { algorithm: "sha256", digest: sha256 } };
  }
  if (!isSize(size)) return { path, unusable: "its size is not listed" };
  if (!isHash(oid, 40)) return { path, unusable: "its git hash is not listed" };
  return { path, bytes: size, checksum: { algorithm: "git-sha1", digest: oid } };
}

/** The listing again, in the shape that `readListing` reads: what the cache keeps of it. */
export function writeListing(entries: readonly RepositoryEntry[]): object[] {
  return entries.map((entry) => {
    if ("unusable" in entry) return { type: "unusable", path: entry.path };
    const { path, bytes, checksum } = entry;
    return checksum.algorithm === "sha256"
      ? { type: "file", path, size: bytes, lfs: { oid: checksum.digest, size: bytes } }
      : { type: "file", path, size: bytes, oid: checksum.digest };
  });
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHash(value: unknown, digits: number): value is string {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]+$/.test(value);
}
