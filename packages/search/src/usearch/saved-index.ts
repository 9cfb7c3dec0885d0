import { randomBytes } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { InvalidFileError } from "@kokeshi/core";
import { damagedFile, part } from "../errors.js";
import { syncFolder, unusable } from "../file/byte-file.js";
import type { StoredItem } from "../vector-index.js";
import { settingsFromOptions, type UsearchSettings } from "./settings.js";

/** What an index holds beside its graph. */
export interface SavedItems {
  settings: UsearchSettings;
  model: string | undefined;
  /** By key in the graph. */
  items: ReadonlyMap<bigint, StoredItem>;
}

interface Header {
  format: "kokeshi-usearch";
  version: 1;
  settings: UsearchSettings;
  model: string | null;
  /** The file of usearch, in the same folder. */
  graph: { file: string; bytes: number; checksum: number };
  items: { count: number; checksum: number };
}

const format = "kokeshi-usearch";
const version = 1;
const longestLine = 64 << 20;
const bytesAtATime = 1 << 20;

/**
 * Saves an index as two files: the graph under a name of its own, and the items under `path`, which name the graph. The
 * second is renamed into place when both are on the disk, so that `path` is always a whole index, the old or the new.
 *
 * @param saveGraph writes the graph to a path
 */
export async function writeSavedIndex(
  path: string,
  { settings, model, items }: SavedItems,
  saveGraph: (path: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = dirname(path);
  const graphFile = `${basename(path)}.${randomBytes(6).toString("hex")}.usearch`;
  const graphPath = join(folder, graphFile);
  const temporary = `${path}.new`;
  try {
    saveGraph(graphPath);
    syncFile(graphPath);
    const graph = { file: graphFile, ...(await checksumOf(graphPath, signal)) };
    writeItems(temporary, items, (sum) => ({
      format,
      version,
      settings,
      model: model ?? null,
      graph,
      items: { count: items.size, checksum: sum },
    }));
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (cause) {
    rmSync(temporary, { force: true });
    rmSync(graphPath, { force: true });
    if (signal?.aborted === true) throw cause;
    throw unusable(path, cause);
  }
  for (const name of graphsBeside(path)) if (name !== graphFile) rmSync(join(folder, name), { force: true });
}

/** Two passes: the header, which is the first line, has the checksum of the others. */
function writeItems(
  path: string,
  items: ReadonlyMap<bigint, StoredItem>,
  headerOf: (checksum: number) => Header,
): void {
  let checksum = 0;
  for (const bytes of portions(items)) checksum = crc32(bytes, checksum);
  const descriptor = openSync(path, "w");
  try {
    const header = JSON.stringify(headerOf(checksum));
    writeAll(descriptor, Buffer.from(`${header}\n${crc32(header)}\n`));
    for (const bytes of portions(items)) writeAll(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A line of JSON for each item: key, id, and the payload where there is one. */
function* portions(items: ReadonlyMap<bigint, StoredItem>): Generator<Buffer, void, undefined> {
  let lines = "";
  for (const [key, { id, payload }] of items) {
    lines += `${JSON.stringify(payload === undefined ? [String(key), id] : [String(key), id, payload])}\n`;
    if (lines.length < bytesAtATime) continue;
    yield Buffer.from(lines);
    lines = "";
  }
  if (lines !== "") yield Buffer.from(lines);
}

/**
 * Reads what `writeSavedIndex` wrote, and compares both files with their checksums: usearch itself takes its file on
 * trust. Throws InvalidFileError for anything else, and NotFoundError where there is none.
 */
export async function readSavedIndex(
  path: string,
  signal?: AbortSignal,
): Promise<SavedItems & { graphPath: string }> {
  const bytes = readWhole(path);
  const [headerLine, headerEnd] = lineAt(bytes, 0);
  const [sumLine, start] = lineAt(bytes, headerEnd);
  const header = parsedHeader(path, headerLine, sumLine);
  const lines = bytes.subarray(start);
  if (crc32(lines) !== header.items.checksum) throw damagedFile(path, "the items do not have their checksum");
  const items = parsedItems(path, lines, header.items.count);
  const graphPath = join(dirname(path), header.graph.file);
  const graph = await checksumOf(graphPath, signal).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw damagedFile(path, `its graph, ${graphPath}, cannot be read`, cause);
  });
  if (graph.bytes !== header.graph.bytes || graph.checksum !== header.graph.checksum) {
    throw damagedFile(path, `its graph, ${graphPath}, does not have its checksum`);
  }
  return { settings: header.settings, model: header.model ?? undefined, items, graphPath };
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function lineAt(bytes: Buffer, start: number): [line: string, next: number] {
  const end = bytes.indexOf(10, start);
  return end < 0 || end - start > longestLine
    ? ["", bytes.length]
    : [bytes.toString("utf8", start, end), end + 1];
}

function parsedHeader(path: string, line: string, sumLine: string): Header {
  if (!line.startsWith(`{"format":"${format}"`)) {
    throw new InvalidFileError({
      part,
      problem: `${path} is no index that UsearchIndex saved`,
      remedy: "open an index of KokeshiIndex, a .kidx file, with KokeshiIndex.open",
    });
  }
  if (String(crc32(line)) !== sumLine) throw damagedFile(path, "the header does not have its checksum");
  const header = intact(path, () => JSON.parse(line) as Header);
  if (header.version !== version) {
    throw new InvalidFileError({
      part,
      problem: `${path} is of version ${JSON.stringify(header.version)}, this program knows ${version}`,
      remedy: "use a newer version of @kokeshi/search",
    });
  }
  return intact(path, () => {
    const { model, graph, items } = header;
    const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
    const isName = typeof graph.file === "string" && isGraphOf(path, graph.file);
    if (!isName) throw new Error("the graph has no name of its own");
    if (![graph.bytes, graph.checksum, items.count, items.checksum].every(isCount))
      throw new Error("no counts");
    if (model !== null && typeof model !== "string") throw new Error("the model has no name");
    return { ...header, settings: settingsFromOptions(header.settings) };
  });
}

function parsedItems(path: string, bytes: Buffer, count: number): Map<bigint, StoredItem> {
  const items = new Map<bigint, StoredItem>();
  const ids = new Set<string>();
  for (let start = 0; start < bytes.length;) {
    const [line, next] = lineAt(bytes, start);
    const row = intact(path, () => JSON.parse(line) as unknown);
    const [key, id, payload] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof key !== "string" || !/^\d{1,19}$/.test(key) || typeof id !== "string") {
      throw damagedFile(path, `item ${items.size} is none`);
    }
    items.set(BigInt(key), { id, payload });
    ids.add(id);
    start = next;
  }
  if (items.size === count && ids.size === count) return items;
  throw damagedFile(path, `there are ${ids.size} items, not ${count}`);
}

function intact<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    throw damagedFile(path, (cause as Error).message, cause);
  }
}

async function checksumOf(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ bytes: number; checksum: number }> {
  let bytes = 0;
  let checksum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: bytesAtATime, signal })) {
    checksum = crc32(chunk as Buffer, checksum);
    bytes += (chunk as Buffer).length;
  }
  signal?.throwIfAborted();
  return { bytes, checksum };
}

/** Names of graphs of this index in its folder: the one in use, and what interrupted saves have left. */
function graphsBeside(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => isGraphOf(path, name));
}

function isGraphOf(path: string, name: string): boolean {
  const own = `${basename(path)}.`;
  return name.startsWith(own) && /^[0-9a-f]{12}\.usearch$/.test(name.slice(own.length));
}

export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}
