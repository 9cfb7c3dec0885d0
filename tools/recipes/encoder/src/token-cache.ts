import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TermFrequency } from "@kokeshi/static-model";
import type { TokenRows } from "@kokeshi/training";
import { writeNumpyFile } from "./numpy-file.js";

/** What `kokeshi_encoder/cache.py` reads first. Raise the version when the files change their meaning. */
export interface CacheManifest {
  format: "kokeshi-encoder-cache";
  version: 1;
  /** SHA-256 of the tokenizer.json that made the ids. */
  tokenizer: string;
  vocabularySize: number;
  /** Columns of `table.npy`. */
  dimensions: number;
  /** What repeated tokens weigh in the static model. */
  termFrequency?: TermFrequency;
  pairs: { name: string; pairs: number; tokens: number }[];
  graded: { name: string; pairs: number; tokens: number }[];
  texts: { name: string; texts: number; tokens: number }[];
}

export type StaticModelOfCache = Pick<CacheManifest, "tokenizer" | "vocabularySize" | "termFrequency">;

/** Tokenised pairs with a hash of each text, by which equal ones are told: a `PairSource` of `@kokeshi/training`. */
export interface HashedPairs {
  name: string;
  pairs: number;
  anchors: TokenRows;
  positives: TokenRows;
  anchorHashes: Uint32Array;
  positiveHashes: Uint32Array;
}

export interface GradedRows {
  name: string;
  first: TokenRows;
  second: TokenRows;
  scores: Float32Array;
}

/**
 * A folder of NumPy files that Python maps into memory: ids as uint16 where the vocabulary allows it, else uint32, and
 * `starts` as uint32, one more than there are texts.
 */
export class TokenCache {
  private readonly manifest: CacheManifest;

  private constructor(
    private readonly folder: string,
    { tokenizer, vocabularySize, termFrequency }: StaticModelOfCache,
    dimensions: number,
  ) {
    this.manifest = {
      format: "kokeshi-encoder-cache",
      version: 1,
      tokenizer,
      vocabularySize,
      dimensions,
      termFrequency,
      pairs: [],
      graded: [],
      texts: [],
    };
  }

  static async create(folder: string, model: StaticModelOfCache, table: Float32Array): Promise<TokenCache> {
    await mkdir(folder, { recursive: true });
    const dimensions = table.length / model.vocabularySize;
    if (!Number.isInteger(dimensions))
      throw new RangeError(`a table of ${table.length} numbers has no ${model.vocabularySize} rows`);
    await writeNumpyFile(join(folder, "table.npy"), table, dimensions);
    return new TokenCache(folder, model, dimensions);
  }

  async addPairs({ name, pairs, anchors, positives, anchorHashes, positiveHashes }: HashedPairs) {
    await this.writeRows(`${name}.anchors`, anchors);
    await this.writeRows(`${name}.positives`, positives);
    await writeNumpyFile(join(this.folder, `${name}.anchors.hashes.npy`), anchorHashes);
    await writeNumpyFile(join(this.folder, `${name}.positives.hashes.npy`), positiveHashes);
    const entry = { name, pairs, tokens: anchors.ids.length + positives.ids.length };
    this.manifest.pairs.push(entry);
    return entry;
  }

  async addGraded({ name, first, second, scores }: GradedRows) {
    await this.writeRows(`${name}.first`, first);
    await this.writeRows(`${name}.second`, second);
    await writeNumpyFile(join(this.folder, `${name}.scores.npy`), scores);
    const entry = { name, pairs: scores.length, tokens: first.ids.length + second.ids.length };
    this.manifest.graded.push(entry);
    return entry;
  }

  async addTexts(name: string, rows: TokenRows) {
    await this.writeRows(name, rows);
    const entry = { name, texts: rows.starts.length - 1, tokens: rows.ids.length };
    this.manifest.texts.push(entry);
    return entry;
  }

  /** Writes the manifest, without which Python does not open the folder. */
  async finish(): Promise<CacheManifest> {
    const path = join(this.folder, "manifest.json");
    await writeFile(`${path}.partial`, JSON.stringify(this.manifest, null, 2) + "\n");
    await rename(`${path}.partial`, path);
    return this.manifest;
  }

  private async writeRows(name: string, { ids, starts }: TokenRows): Promise<void> {
    const narrow = this.manifest.vocabularySize <= 65_536 ? Uint16Array.from(ids) : ids;
    await writeNumpyFile(join(this.folder, `${name}.ids.npy`), narrow);
    await writeNumpyFile(join(this.folder, `${name}.starts.npy`), starts);
  }
}
