import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { KokeshiError } from "@kokeshi/core";
import { removeAbandoned } from "./atomic-file.js";
import { downloadBlob } from "./download-blob.js";
import { sizeOf } from "./file-size.js";
import type { HubConnection } from "./hub-connection.js";
import { eachInParallel } from "./in-parallel.js";
import { part } from "./part.js";
import type { RepositoryCache } from "./repository-cache.js";
import type { RepositoryFile } from "./repository-listing.js";
import { linkIntoSnapshot } from "./snapshot-link.js";

export interface DownloadProgress {
  /** The file that moved. */
  path: string;
  /** Bytes of it that are here. */
  done: number;
  /** Bytes of it in all. */
  total: number;
  /** The same over all files that this call has to download. */
  overall: { done: number; total: number };
}

/** Files on their way at the same time. */
const parallelDownloads = 4;

/** Brings all selected files into the snapshot. Writes nothing where they are there: the cache may be read-only. */
export async function downloadSnapshot(
  connection: HubConnection,
  cache: RepositoryCache,
  repository: string,
  commit: string,
  selected: readonly RepositoryFile[],
  onProgress: ((progress: DownloadProgress) => void) | undefined,
): Promise<void> {
  const target = ({ path }: RepositoryFile) => join(cache.snapshot(commit), path);
  const missing = await filesWithout(target, selected);
  if (missing.length === 0) return;
  await mkdir(cache.blobs, { recursive: true });
  await mkdir(cache.refs, { recursive: true });
  await removeAbandoned(cache.blobs);

  const blob = ({ checksum }: RepositoryFile) => cache.blob(checksum.digest);
  // By checksum: equal files of a repository share one blob.
  const absent = new Map((await filesWithout(blob, missing)).map((file) => [file.checksum.digest, file]));
  const downloads = Array.from(absent.values()).sort((a, b) => b.bytes - a.bytes);
  const total = downloads.reduce((sum, { bytes }) => sum + bytes, 0);
  await requireSpace(cache.blobs, total);

  let done = 0;
  await eachInParallel(downloads, parallelDownloads, connection.signal, async (file, signal) => {
    let here = 0;
    await downloadBlob({
      connection: connection.withSignal(signal),
      repository,
      commit,
      file,
      blob: blob(file),
      onBytes(bytes) {
        done += bytes - here;
        here = bytes;
        onProgress?.({ path: file.path, done: here, total: file.bytes, overall: { done, total } });
      },
    });
  });
  for (const file of missing) await linkIntoSnapshot(blob(file), target(file));
}

/** The files that are not, or not whole, at their place. */
async function filesWithout(
  place: (file: RepositoryFile) => string,
  files: readonly RepositoryFile[],
): Promise<RepositoryFile[]> {
  const without = [];
  for (const file of files) if ((await sizeOf(place(file))) !== file.bytes) without.push(file);
  return without;
}

/** Says so before the download, not at its last byte. */
async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  // Some network disks do not know their size and say 0.
  if (bytes <= free || blocks === 0) return;
  throw new KokeshiError("file-system", {
    part,
    problem: `the download takes ${bytes} bytes, but the disk of ${folder} has ${free} left`,
    remedy: "make room there, or choose another folder with HF_HUB_CACHE or cacheFolder",
  });
}
