import type { Embeddings } from "@kokeshi/core";
import { type FusionOptions, resolveFusion } from "@kokeshi/lexical";
import { appendItems, removeRows } from "./append-items.js";
import { onThisThread } from "./codes/scan.js";
import type { RankedRows } from "./codes/nearest-rows.js";
import { writeLiveRows } from "./compact.js";
import { Contents, type Stage } from "./contents.js";
import { invalidArgument } from "./errors.js";
import { FileLock } from "./file/file-lock.js";
import { IndexFile } from "./file/index-file.js";
import { hybridRows } from "./hybrid/hybrid-rows.js";
import type { TermOptions } from "./hybrid/row-terms.js";
import { encodeIds } from "./item-texts.js";
import { type RowSearch, searchRows } from "./search-rows.js";
import { codeKind, type IndexOptions, type IndexSettings, settingsFromOptions } from "./settings.js";
import { SearchThreads } from "./threads/search-threads.js";
import type {
  NewItems,
  SearchHit,
  StoredItem,
  VectorIndex,
  VectorSearchOptions,
  WorkOptions,
} from "./vector-index.js";
import { comparableRows, requireCount, requireVectors } from "./vector-input.js";

export interface OpenOptions {
  /** Threads that search together, this one included. Default: 1. */
  threads?: number;
  /**
   * Where the finer codes of `rescoring` are during searches: on the "disk" (the default), from which the few that are
   * needed are read, or in "memory".
   */
  rescoreFrom?: "disk" | "memory";
  /** Of searches by vectors and words: where the texts are, and how they fall into words. */
  terms?: TermOptions;
}

export interface CreateOptions extends IndexOptions, OpenOptions {
  /** The file. Default: the index is in memory only. */
  path?: string;
  /** Take the place of a file that is there. Default: false. */
  overwrite?: boolean;
}

export interface SearchOptions extends VectorSearchOptions {
  /**
   * Rows of each query that `rescoring` scores again; with `hybrid`, rows that vectors and words put forward each. More
   * find more of the true nearest, and take longer. Default: 50 times `topK` where the scan is of bits, which then find
   * what int8 codes find; otherwise ten times `topK`; with `hybrid` always that, and at least 100.
   */
  candidates?: number;
  /** Score again what the scan found. Default: true. */
  rescore?: boolean;
  /** Search by words, too: for names, numbers, rare words, which vectors blur. Default: by vectors alone. */
  hybrid?: HybridOptions;
  /** Identity of the model that gave the queries; refused where it is not that of the index. */
  model?: string;
}

/** How vectors and words become one score: see `fuseScores` in @kokeshi/lexical. */
export interface HybridOptions extends FusionOptions {
  /** What the queries say, one a row of `queries`. */
  texts: readonly string[];
}

export interface IndexInfo {
  /** Undefined for an index in memory. */
  path: string | undefined;
  count: number;
  /** Rows that were removed or replaced, and take space until `compact`. */
  removed: number;
  segments: number;
  /** Size of the file; for an index in memory that of its codes. */
  bytes: number;
  settings: IndexSettings;
}

/** With fewer, the range of their scores says little, and fusion depends on it. */
const fewestHybridCandidates = 100;

/**
 * Vectors with ids and payloads, in one file or in memory, and exact search in them: over float32, int8 or bits, with
 * finer codes to score again what the scan finds.
 */
export class KokeshiIndex implements VectorIndex {
  /** The last of the changes under way; the next waits for it. */
  private changes: Promise<unknown> = Promise.resolve();
  private isClosed = false;
  private readonly threads: SearchThreads | undefined;
  private readonly rescoreFrom: "disk" | "memory";
  private readonly termOptions: TermOptions;

  private constructor(
    private contents: Contents,
    private readonly lock: FileLock | undefined,
    { threads = 1, rescoreFrom = "disk", terms = {} }: OpenOptions,
  ) {
    if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
      throw invalidArgument(`threads is ${threads}`, "use a whole number from 1 to 256");
    }
    if (rescoreFrom !== "disk" && rescoreFrom !== "memory") {
      throw invalidArgument(`rescoreFrom is ${JSON.stringify(rescoreFrom)}`, 'use "disk" or "memory"');
    }
    this.threads = threads > 1 ? new SearchThreads(threads) : undefined;
    this.rescoreFrom = rescoreFrom;
    this.termOptions = terms;
  }

  /**
   * A new index without items. Throws InvalidArgumentError where the file is there already, unless `overwrite`, and
   * IndexLockedError where another process writes to it.
   */
  static async create(options: CreateOptions): Promise<KokeshiIndex> {
    const settings = settingsFromOptions(options);
    const { path, overwrite = false } = options;
    if (path === undefined) return new KokeshiIndex(new Contents(settings), undefined, options);
    const lock = FileLock.acquire(path);
    try {
      if (!overwrite && IndexFile.exists(path)) {
        throw invalidArgument(`${path} is there already`, "open it, or set `overwrite`");
      }
      const temporary = temporaryPath(path);
      (await IndexFile.create(temporary, settings)).close();
      IndexFile.rename(temporary, path);
      return new KokeshiIndex(openContents(path, "write"), lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Opens a file in milliseconds: codes are read when they are first searched. With `writable`, this is the only
   * process that writes to it; without, the index stays as it is now, whatever others write.
   *
   * Throws InvalidFileError for a file that is damaged or no index, NotFoundError where there is none, and
   * IndexLockedError where another process writes to it.
   */
  static async open(path: string, options: OpenOptions & { writable?: boolean } = {}): Promise<KokeshiIndex> {
    if (options.writable !== true) return new KokeshiIndex(openContents(path, "read"), undefined, options);
    const lock = FileLock.acquire(path);
    try {
      // Left by a process that was killed.
      IndexFile.delete(temporaryPath(path));
      return new KokeshiIndex(openContents(path, "write"), lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get dimensions(): number {
    return this.contents.settings.dimensions;
  }

  get count(): number {
    return this.contents.count;
  }

  get settings(): IndexSettings {
    return this.contents.settings;
  }

  info(): IndexInfo {
    const { contents } = this;
    const { index, count, removed, rows, settings } = contents;
    const width = contents.stages().reduce((sum, stage) => sum + contents.format(stage).width, 0);
    return {
      path: index?.path,
      count,
      removed: removed.size,
      segments: index?.segments.length ?? 0,
      bytes: index?.page.length ?? rows * width,
      settings,
    };
  }

  /**
   * Adds items in one commit: once it resolves they are on the disk, and where it rejects nothing has changed. An id
   * that is there already has its item replaced; of an id that comes twice the last item stays. The first items give
   * int8 and uint8 codes their ranges, if `calibration` did not: let them be some thousand.
   */
  async add(items: NewItems, options: WorkOptions & { model?: string } = {}): Promise<void> {
    this.requireModel(options.model);
    await this.change(async (contents) => {
      const { settings } = contents;
      const named = { ...settings, model: options.model };
      const isNamed = settings.model === undefined && options.model !== undefined;
      await appendItems(contents, items, isNamed ? named : settings, options);
    });
  }

  async remove(ids: readonly string[], { signal }: WorkOptions = {}): Promise<number> {
    const bytes = encodeIds(ids);
    return this.change(async (contents) => {
      const table = await contents.ids(signal);
      const rows = new Set(bytes.flatMap((id) => contents.find(table, id) ?? []));
      signal?.throwIfAborted();
      if (rows.size > 0) await removeRows(contents, Uint32Array.from(rows).sort());
      return rows.size;
    });
  }

  async has(id: string): Promise<boolean> {
    return (await this.get(id)) !== undefined;
  }

  /** The item with this id. */
  async get(id: string): Promise<StoredItem | undefined> {
    const [bytes] = encodeIds([id]);
    return this.whileOpen(async (contents) => {
      const row = contents.find(await contents.ids(), bytes as Uint8Array);
      return row === undefined ? undefined : { id, payload: contents.payload(row) };
    });
  }

  /** All items, in the order of adding. */
  *items(): Generator<StoredItem, void, undefined> {
    const { contents } = this;
    for (const row of contents.liveRows()) yield contents.item(row);
  }

  /**
   * The nearest items of each query, best first; equal scores in the order of adding. Looks at every item; with codes
   * the scores are estimates, and `rescoring` corrects those of the best `candidates`. With `hybrid`, scores are what
   * fusion makes of both.
   */
  async search(queries: Embeddings, options: SearchOptions = {}): Promise<SearchHit[][]> {
    const { topK = 10, rescore = true, hybrid, filter, signal, model } = options;
    const { candidates = this.defaultCandidates(topK, hybrid !== undefined) } = options;
    requireCount("topK", topK);
    requireCount("candidates", candidates);
    this.requireModel(model);
    const { dimensions, metric } = this.settings;
    requireVectors(queries, dimensions, "queries");
    if (hybrid !== undefined) requireHybrid(hybrid, queries);
    signal?.throwIfAborted();
    const search = {
      queries: comparableRows(queries, 0, queries.rows, metric),
      topK,
      candidates,
      rescore,
      filter,
      signal,
    };
    for (;;) {
      await this.load(signal);
      if (hybrid !== undefined) await this.loadTerms({ signal });
      const found = await this.whileOpen((contents) => this.searchNow(contents, search, hybrid));
      if (found !== undefined) return found;
    }
  }

  private defaultCandidates(topK: number, isHybrid: boolean): number {
    if (isHybrid) return Math.max(10 * topK, fewestHybridCandidates);
    return (codeKind(this.settings.scan.precision) === "bits" ? 50 : 10) * topK;
  }

  /** Undefined where what must be loaded is not: the contents were changed just now. */
  private async searchNow(
    contents: Contents,
    search: Omit<RowSearch, "run" | "share">,
    hybrid: HybridOptions | undefined,
  ): Promise<SearchHit[][] | undefined> {
    const table = contents.loadedTable("scan");
    const terms = contents.loadedTerms;
    if (table === undefined || (hybrid !== undefined && terms === undefined)) return undefined;
    const run = this.threads?.runner(table) ?? onThisThread(table);
    const rowSearch: RowSearch = { ...search, run, share: this.threads?.share ?? 1 };
    const found =
      hybrid === undefined || terms === undefined
        ? await searchRows(contents, table, rowSearch)
        : await hybridRows(contents, table, terms, { ...rowSearch, texts: hybrid.texts, fusion: hybrid });
    return found.map((ranked) => hits(contents, ranked));
  }

  /** Reads the codes into memory, which the first search does otherwise. */
  async load(signal?: AbortSignal): Promise<void> {
    const isLoaded = (contents: Contents) =>
      this.stagesInMemory(contents).every((stage) => contents.loadedTable(stage) !== undefined);
    if (isLoaded(this.contents)) return;
    await this.exclusively(async (contents) => {
      for (const stage of this.stagesInMemory(contents)) await contents.table(stage, signal);
    });
  }

  /**
   * Takes the words out of the texts, which the first search with `hybrid` does otherwise; after changes only those of
   * items that came or went. They are in memory and not in the file. Throws InvalidArgumentError where no item has a text.
   */
  async loadTerms(options: WorkOptions = {}): Promise<void> {
    if (this.contents.loadedTerms !== undefined) return;
    await this.exclusively(async (contents) => {
      const { count } = await contents.terms(this.termOptions, options);
      if (count > 0 || contents.count === 0) return;
      throw invalidArgument(
        "no item of the index has a text to search for words",
        "keep texts as payloads, { text }, or say where they are by `terms: { textOf }`",
      );
    });
  }

  /**
   * Writes the file anew without what was removed, and takes the place of the old one at once. Other processes that
   * have the old one open keep it.
   */
  async compact(options: WorkOptions = {}): Promise<void> {
    await this.change(async (contents) => {
      const path = contents.index?.path;
      if (path === undefined) {
        this.replaceContents(await contents.copyOfLiveRows(options.signal));
        return;
      }
      const temporary = temporaryPath(path);
      await writeLiveRows(contents, temporary, options);
      IndexFile.rename(temporary, path);
      this.replaceContents(openContents(path, "write"));
    });
  }

  /** Writes the index, without what was removed, to another file. Throws InvalidArgumentError where there is one. */
  async save(path: string, options: WorkOptions & { overwrite?: boolean } = {}): Promise<void> {
    await this.exclusively(async (contents) => {
      const lock = FileLock.acquire(path);
      try {
        if (options.overwrite !== true && IndexFile.exists(path)) {
          throw invalidArgument(`${path} is there already`, "choose another name, or set `overwrite`");
        }
        await writeLiveRows(contents, temporaryPath(path), options);
        IndexFile.rename(temporaryPath(path), path);
      } finally {
        lock.release();
      }
    });
  }

  /** Compares the whole file with its checksums. Throws InvalidFileError where something differs. */
  async verify({ signal, onProgress }: WorkOptions = {}): Promise<void> {
    await this.whileOpen(async (contents) => {
      let done = 0;
      const total = contents.index?.page.length ?? 0;
      await contents.verify(signal, (bytes) => onProgress?.({ done: (done += bytes), total }));
    });
  }

  /** Throws InvalidArgumentError where the index has vectors of another model. */
  requireModel(model: string | undefined): void {
    const own = this.settings.model;
    if (model === undefined || own === undefined || model === own) return;
    throw invalidArgument(
      `the index holds vectors of ${own}, these are of ${model}`,
      "use the same model, or build an index with this one",
    );
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.changes.catch(() => undefined);
    this.contents.retire();
    this.lock?.release();
    await this.threads?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private change<Result>(action: (contents: Contents) => Promise<Result>): Promise<Result> {
    if (this.contents.index !== undefined && this.lock === undefined) {
      throw invalidArgument(
        `${this.contents.index.path} is open for reading only`,
        "open it with `writable: true`",
      );
    }
    return this.exclusively(async (contents) => {
      this.lock?.requireHeld();
      return action(contents);
    });
  }

  private exclusively<Result>(action: (contents: Contents) => Promise<Result>): Promise<Result> {
    const turn = this.changes.then(
      () => this.whileOpen(action),
      () => this.whileOpen(action),
    );
    this.changes = turn.catch(() => undefined);
    return turn;
  }

  private async whileOpen<Result>(action: (contents: Contents) => Promise<Result>): Promise<Result> {
    if (this.isClosed) throw invalidArgument("the index is closed", "open it again");
    const { contents } = this;
    return contents.use(() => action(contents));
  }

  private stagesInMemory(contents: Contents): Stage[] {
    return this.rescoreFrom === "memory" ? contents.stages() : ["scan"];
  }

  private replaceContents(contents: Contents): void {
    this.contents.retire();
    this.contents = contents;
  }
}

/** Throws InvalidArgumentError unless there is a text for each query and fusion can be done. */
function requireHybrid({ texts, ...fusion }: HybridOptions, queries: Embeddings): void {
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== "string")) {
    throw invalidArgument("hybrid.texts is no list of strings", "pass the texts of the queries");
  }
  if (texts.length !== queries.rows) {
    throw invalidArgument(
      `${texts.length} texts were given for ${queries.rows} queries`,
      "pass one for each",
    );
  }
  resolveFusion(fusion);
}

function temporaryPath(path: string): string {
  return `${path}.new`;
}

function openContents(path: string, mode: "read" | "write"): Contents {
  const index = IndexFile.open(path, mode);
  try {
    return new Contents(index.settings, index);
  } catch (error) {
    index.close();
    throw error;
  }
}

function hits(contents: Contents, { rows, scores }: RankedRows): SearchHit[] {
  return Array.from(rows, (row, rank) => ({
    id: contents.id(row),
    score: scores[rank] as number,
    payload: contents.payload(row),
  }));
}
