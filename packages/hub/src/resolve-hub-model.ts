import { join } from "node:path";
import { InvalidFileError, NotFoundError } from "@kokeshi/core";
import { downloadSnapshot, type DownloadProgress } from "./download-snapshot.js";
import { sizeOf } from "./file-size.js";
import { usingCache } from "./file-system-errors.js";
import { HubConnection } from "./hub-connection.js";
import { HubUnavailableError } from "./hub-errors.js";
import { hubSettings, type HubOptions, type HubSettings } from "./hub-settings.js";
import { localFolder, type LocalFolder } from "./local-folder.js";
import { modelFiles } from "./model-files.js";
import { part } from "./part.js";
import { RepositoryCache } from "./repository-cache.js";
import { repositoryFolder, type RepositoryFolder } from "./repository-folder.js";
import type { RepositoryEntry, RepositoryFile } from "./repository-listing.js";
import { fetchCommit, fetchListing } from "./repository-metadata.js";
import { defaultRetry, type RetryPolicy } from "./retry.js";

export interface DownloadOptions extends HubOptions {
  /** Which files of a repository to download. Default: `modelFiles()`, or with `weights` all of those but weights. */
  files?: (path: string) => boolean;
  /**
   * Paths of the weights to download besides, chosen by what the repository is: the folder given lists all its files, and
   * reading one of them downloads it. What it throws, the call rejects with.
   */
  weights?: (repository: RepositoryFolder) => Promise<readonly string[]>;
  onProgress?: (progress: DownloadProgress) => void;
  /** Told when the Hub cannot be reached and a cached commit serves instead. */
  onWarning?: (message: string) => void;
  signal?: AbortSignal;
  retry?: Partial<RetryPolicy>;
  /** Replaces the global `fetch`, for example by one that goes through a proxy. */
  fetch?: typeof fetch;
}

/**
 * The folder of `repository` at `revision` in the cache, downloaded as far as it is not there. A revision that is a
 * commit and complete in the cache needs no network; a branch or tag is asked for once, and opens the commit last
 * pulled where the Hub cannot be reached.
 */
export async function resolveHubModel(
  repository: string,
  revision: string,
  options: DownloadOptions,
): Promise<LocalFolder> {
  const settings = hubSettings(options);
  const { cacheFolder } = settings;
  return usingCache(cacheFolder, async () => {
    const cache = new RepositoryCache(cacheFolder, repository);
    const commit = await bringToCache(cache, repository, revision, settings, options);
    return localFolder(cache.snapshot(commit), `${repository}@${commit}`);
  });
}

/** Returns the commit whose snapshot then holds all that is wanted. */
async function bringToCache(
  cache: RepositoryCache,
  repository: string,
  revision: string,
  { cacheFolder, offline, endpoint, token }: HubSettings,
  options: DownloadOptions,
): Promise<string> {
  const { signal, onProgress, onWarning, fetch } = options;
  const pulled = await cache.readRef(revision);

  if (offline) {
    const cached = await lookUp(cache, repository, pulled, options);
    if (pulled !== undefined && opens(cached)) return pulled;
    throw notInCache(`hf:${repository}@${revision}`, cacheFolder, cached);
  }
  const retry = { ...defaultRetry, ...options.retry };
  const connection = new HubConnection({ endpoint, token, signal, fetch, retry });
  let commit: string;
  let entries: RepositoryEntry[];
  try {
    commit = pulled === revision ? revision : await fetchCommit(connection, repository, revision);
    const kept = await cache.readListing(commit);
    entries = kept ?? (await fetchListing(connection, repository, commit));
    if (kept === undefined) await cache.writeListing(commit, entries);
  } catch (error) {
    const canOpen =
      error instanceof HubUnavailableError && opens(await lookUp(cache, repository, pulled, options));
    if (!canOpen || pulled === undefined) throw error;
    onWarning?.(`${error.problem}; opening commit ${pulled} of ${repository} from the cache`);
    return pulled;
  }
  const source = `${repository}@${commit}`;
  const selected = await select(entries, options, source, async (file) => {
    await downloadSnapshot(connection, cache, repository, commit, [file], undefined);
    return localFolder(cache.snapshot(commit), source).read(file.path);
  });
  await downloadSnapshot(connection, cache, repository, commit, selected, onProgress);
  // Last, so that a branch never stands for a commit that is not wholly here.
  await cache.writeRef(revision, commit);
  return commit;
}

/** What the cache holds of the files wanted of a commit. */
type CacheState =
  | { state: "absent" }
  | { state: "incomplete"; missing: string[] }
  /** Some, put there by another library, which keeps no listing: whether that is all only the Hub can say. */
  | { state: "unlisted" }
  | { state: "complete" };

function opens({ state }: CacheState): boolean {
  return state === "complete" || state === "unlisted";
}

async function lookUp(
  cache: RepositoryCache,
  repository: string,
  commit: string | undefined,
  options: DownloadOptions,
): Promise<CacheState> {
  if (commit === undefined) return { state: "absent" };
  const snapshot = cache.snapshot(commit);
  const source = `${repository}@${commit}`;
  const entries = await cache.readListing(commit);
  if (entries === undefined) {
    const isThere = (await sizeOf(snapshot)) !== undefined;
    const files = isThere ? await localFolder(snapshot, source).list() : [];
    return { state: files.some(({ path }) => wantedFiles(options)(path)) ? "unlisted" : "absent" };
  }
  const isMissing = async ({ path, bytes }: RepositoryFile) => (await sizeOf(join(snapshot, path))) !== bytes;
  const missing: string[] = [];
  try {
    const selected = await select(entries, options, source, async (file) => {
      if (await isMissing(file)) missing.push(file.path);
      return localFolder(snapshot, source).read(file.path);
    });
    for (const file of selected) if (await isMissing(file)) missing.push(file.path);
  } catch (error) {
    // What the weights depend on is not here.
    if (missing.length === 0) throw error;
  }
  return missing.length === 0 ? { state: "complete" } : { state: "incomplete", missing };
}

function wantedFiles({ files, weights }: DownloadOptions): (path: string) => boolean {
  return files ?? modelFiles(weights && { weights: [] });
}

function notInCache(reference: string, cacheFolder: string, cached: CacheState): NotFoundError {
  return new NotFoundError({
    part,
    problem:
      cached.state === "incomplete"
        ? `the cache ${cacheFolder} lacks ${cached.missing.join(", ")} of ${reference}, and offline mode is on`
        : `${reference} is not in the cache ${cacheFolder}, and offline mode is on`,
    remedy: reference.startsWith("hf:datasets/")
      ? "evaluate it once with a network (HF_HUB_OFFLINE unset)"
      : `run \`kokeshi models pull ${reference}\` once with a network (HF_HUB_OFFLINE unset)`,
  });
}

/** The files to have, of a listing. Throws where one of them cannot be downloaded, or nothing is left. */
async function select(
  entries: readonly RepositoryEntry[],
  options: DownloadOptions,
  source: string,
  readFile: (file: RepositoryFile) => Promise<Uint8Array>,
): Promise<RepositoryFile[]> {
  const wanted = wantedFiles(options);
  const weights = new Set(await options.weights?.(repositoryFolder(source, entries, readFile)));
  const selected = entries.filter(({ path }) => wanted(path) || weights.delete(path));
  // Those that `files` takes too are no fault.
  const unknown = [...weights].find((path) => !selected.some((entry) => entry.path === path));
  if (unknown !== undefined) {
    throw new NotFoundError({
      part,
      problem: `${unknown} is missing from ${source}`,
      remedy: "choose weights among the files of the repository",
    });
  }
  const sizes = new Map<string, number>();
  const files = selected.map((entry) => {
    if ("unusable" in entry) {
      throw new InvalidFileError({
        part,
        problem: `${entry.path} of ${source} cannot be downloaded: ${entry.unusable}`,
        remedy: "leave it out with the files option, or use another repository",
      });
    }
    const { digest } = entry.checksum;
    if ((sizes.get(digest) ?? entry.bytes) !== entry.bytes) {
      throw new InvalidFileError({
        part,
        problem: `the listing of ${source} gives ${entry.path} the checksum of a file of another size`,
        remedy: "do not use this repository",
      });
    }
    sizes.set(digest, entry.bytes);
    return entry;
  });
  if (files.length > 0) return files;
  throw new NotFoundError({
    part,
    problem: `${source} holds no file that was asked for (of ${entries.length})`,
    remedy:
      "check that the repository holds what you expect, a model in safetensors or ONNX form for one, or select files with the files option",
  });
}
