import { createRequire } from "node:module";
import { Embeddings, eventLoopTurns, KokeshiError } from "@kokeshi/core";
import type usearch from "usearch";
import type { Index, MetricKind, ScalarKind } from "usearch";
import { damagedFile, invalidArgument, part } from "../errors.js";
import { encodeIds, encodePayloads, lastOfEach, unequal } from "../item-texts.js";
import type {
  NewItems,
  SearchHit,
  StoredItem,
  VectorIndex,
  VectorSearchOptions,
  WorkOptions,
} from "../vector-index.js";
import { exists, readSavedIndex, writeSavedIndex } from "./saved-index.js";
import { settingsFromOptions, type UsearchOptions, type UsearchSettings } from "./settings.js";
import { comparableRows, requireCount, requireVectors } from "../vector-input.js";

type Usearch = typeof usearch;

const rowsAtATime = 1024;

export interface CreateUsearchOptions extends UsearchOptions {
  /** Identity of the model: vectors and queries that name another are refused. Default: the first that is named. */
  model?: string;
}

/**
 * An approximate index in memory: the graph (HNSW, Malkov and Yashunin, 2018) of usearch, for corpora too large to be
 * looked at whole. Compares by cosine. `save` keeps it in files, `open` reads them. Needs the package `usearch`.
 */
export class UsearchIndex implements VectorIndex {
  private readonly items = new Map<bigint, StoredItem>();
  private readonly keys = new Map<string, bigint>();
  private nextKey = 0n;
  /** The last of the changes under way; the next, and saving, waits for it. */
  private changes: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly settings: UsearchSettings,
    private modelOfVectors: string | undefined,
    private readonly graph: Index,
  ) {}

  static async create({ model, ...options }: CreateUsearchOptions): Promise<UsearchIndex> {
    const settings = settingsFromOptions(options);
    return new UsearchIndex(settings, model, newGraph(settings));
  }

  /**
   * Reads what `save` wrote; later changes are in memory until it is saved again. Throws InvalidFileError for files that
   * are damaged or no such index, and NotFoundError where there is none.
   */
  static async open(
    path: string,
    { expansionSearch, signal }: Pick<UsearchOptions, "expansionSearch"> & { signal?: AbortSignal } = {},
  ): Promise<UsearchIndex> {
    const { settings: saved, model, items, graphPath } = await readSavedIndex(path, signal);
    const settings = settingsFromOptions({
      ...saved,
      expansionSearch: expansionSearch ?? saved.expansionSearch,
    });
    const index = new UsearchIndex(settings, model, newGraph(settings));
    const { graph } = index;
    try {
      graph.load(graphPath);
    } catch (cause) {
      throw damagedFile(path, `usearch cannot read ${graphPath} (${(cause as Error).message})`, cause);
    }
    if (graph.dimensions() !== settings.dimensions || graph.size() !== items.size) {
      throw damagedFile(path, `${graphPath} is the graph of another index`);
    }
    for (const [key, item] of items) {
      if (graph.contains(key) !== true) throw damagedFile(path, `${graphPath} lacks item ${key}`);
      index.items.set(key, item);
      index.keys.set(item.id, key);
      if (key >= index.nextKey) index.nextKey = key + 1n;
    }
    return index;
  }

  get dimensions(): number {
    return this.settings.dimensions;
  }

  /** Identity of the model whose vectors these are, if one was named. */
  get model(): string | undefined {
    return this.modelOfVectors;
  }

  get count(): number {
    return this.items.size;
  }

  async add(items: NewItems, options: WorkOptions & { model?: string } = {}): Promise<void> {
    this.requireModel(options.model);
    await this.exclusively(() => this.addNow(items, options));
    this.modelOfVectors ??= options.model;
  }

  private async addNow(items: NewItems, { signal, onProgress }: WorkOptions): Promise<void> {
    const { ids, vectors } = items;
    signal?.throwIfAborted();
    requireVectors(vectors, this.dimensions, "vectors");
    encodeIds(ids);
    if (vectors.rows !== ids.length) throw unequal("vectors", vectors.rows, ids.length);
    const payloads = encodePayloads(items);
    const kept = lastOfEach(ids);
    const comparable = comparableRows(vectors, 0, vectors.rows, "cosine");
    const firstKey = this.nextKey;
    this.nextKey += BigInt(kept.length);
    const takeTurn = eventLoopTurns();
    let done = 0;
    try {
      for (; done < kept.length; done += Math.min(rowsAtATime, kept.length - done)) {
        signal?.throwIfAborted();
        const rows = kept.slice(done, done + rowsAtATime);
        const matrix = Embeddings.from(
          rows.map((row) => comparable.row(row)),
          this.dimensions,
        );
        const keys = BigUint64Array.from(rows, (_, index) => firstKey + BigInt(done + index));
        this.graph.add(keys, matrix.data, 1);
        onProgress?.({ done: done + rows.length, total: kept.length });
        await takeTurn();
      }
    } catch (error) {
      for (let index = 0; index < done; index++) this.graph.remove(firstKey + BigInt(index));
      throw error;
    }
    kept.forEach((row, index) => {
      const id = ids[row] as string;
      this.drop(id);
      const json = Buffer.from(payloads[row] as Uint8Array).toString();
      const key = firstKey + BigInt(index);
      this.keys.set(id, key);
      this.items.set(key, { id, payload: json === "" ? undefined : (JSON.parse(json) as unknown) });
    });
  }

  async remove(ids: readonly string[], { signal }: WorkOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    encodeIds(ids);
    return this.exclusively(async () => ids.filter((id) => this.drop(id)).length);
  }

  async has(id: string): Promise<boolean> {
    encodeIds([id]);
    return this.keys.has(id);
  }

  async search(
    queries: Embeddings,
    options: VectorSearchOptions & { model?: string } = {},
  ): Promise<SearchHit[][]> {
    const { topK = 10, filter, signal, model } = options;
    requireCount("topK", topK);
    this.requireModel(model);
    requireVectors(queries, this.dimensions, "queries");
    signal?.throwIfAborted();
    const takeTurn = eventLoopTurns();
    const found: SearchHit[][] = [];
    for (const query of comparableRows(queries, 0, queries.rows, "cosine")) {
      signal?.throwIfAborted();
      found.push(this.searchOne(query, topK, filter));
      await takeTurn();
    }
    return found;
  }

  /**
   * Writes the index to `path`, and its graph to a file beside it that `path` names. A process that is killed meanwhile
   * leaves what was there before. Throws InvalidArgumentError where there is a file, unless `overwrite`.
   */
  async save(
    path: string,
    { overwrite = false, signal }: { overwrite?: boolean; signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.exclusively(async () => {
      signal?.throwIfAborted();
      if (!overwrite && exists(path)) {
        throw invalidArgument(`${path} is there already`, "choose another name, or set `overwrite`");
      }
      const { settings, model, items } = this;
      await writeSavedIndex(path, { settings, model, items }, (file) => this.graph.save(file), signal);
    });
  }

  /** Throws InvalidArgumentError where the index has vectors of another model. */
  requireModel(model: string | undefined): void {
    const own = this.modelOfVectors;
    if (model === undefined || own === undefined || model === own) return;
    throw invalidArgument(
      `the index holds vectors of ${own}, these are of ${model}`,
      "use the same model, or build an index with this one",
    );
  }

  async close(): Promise<void> {}

  private exclusively<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = this.changes.then(action, action);
    this.changes = turn.catch(() => undefined);
    return turn;
  }

  /** With a filter, asks for more until enough pass. */
  private searchOne(
    query: Float32Array,
    topK: number,
    filter: ((item: StoredItem) => boolean) | undefined,
  ): SearchHit[] {
    // Also what is being added just now, which is no hit yet.
    const size = this.graph.size();
    if (size === 0) return [];
    for (let wanted = filter === undefined ? topK : 4 * topK; ; wanted *= 4) {
      const { keys, distances } = this.graph.search(query.slice(), Math.min(wanted, size), 1);
      const hits: SearchHit[] = [];
      for (let rank = 0; rank < keys.length && hits.length < topK; rank++) {
        const item = this.items.get(keys[rank] as bigint);
        if (item === undefined || filter?.(item) === false) continue;
        // The distance is 1 - the cosine.
        hits.push({ ...item, score: 1 - (distances[rank] as number) });
      }
      if (hits.length === topK || wanted >= size) return hits;
    }
  }

  private drop(id: string): boolean {
    const key = this.keys.get(id);
    if (key === undefined) return false;
    this.graph.remove(key);
    this.keys.delete(id);
    return this.items.delete(key);
  }
}

function newGraph(settings: UsearchSettings): Index {
  const { dimensions, quantization, connectivity, expansionAdd, expansionSearch } = settings;
  const { Index } = loadUsearch();
  return new Index({
    dimensions,
    // Of i8, "ip" would be a product of whole numbers.
    metric: (quantization === "i8" ? "cos" : "ip") as MetricKind,
    quantization: quantization as ScalarKind,
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
}

/** The CommonJS build: that of ES modules looks for its binary from the main program on, and may never end. */
function loadUsearch(): Usearch {
  try {
    return createRequire(import.meta.url)("usearch") as Usearch;
  } catch (cause) {
    throw new KokeshiError("not-found", {
      part,
      problem: "the package usearch cannot be loaded",
      remedy: "npm install usearch (2.25 for Node 20)",
      cause,
    });
  }
}
