import { embed, Embeddings, type EmbeddingModel, InvalidFileError, resolvePrompt } from "@kokeshi/core";
import { part } from "../part.js";
import { modelFingerprint } from "./model-fingerprint.js";
import { textKey } from "./text-key.js";
import { VectorCache } from "./vector-cache.js";

export interface EmbedTextsOptions {
  /** Which of the model's prompts goes before the texts. */
  inputType?: "query" | "document";
  signal?: AbortSignal;
  /** Told how many different texts are there, of all. */
  onProgress?: (done: number, total: number) => void;
}

/** Texts embedded between two writes to the cache: what a crash can cost. */
const portion = 1024;

/**
 * The vectors of a model, each computed once for a text and a prompt: equal texts share theirs, and with a cache
 * folder so do runs. All dimensions, not normalised, so that one vector serves every axis.
 */
export class EmbeddingSource {
  private readonly caches = new Map<string, Promise<VectorCache>>();

  private constructor(
    readonly model: EmbeddingModel,
    /** The model's id and digits of what it gives. */
    readonly fingerprint: string,
    private readonly cacheFolder: string | undefined,
  ) {}

  static async open(
    model: EmbeddingModel,
    options: { cacheFolder?: string; signal?: AbortSignal } = {},
  ): Promise<EmbeddingSource> {
    return new EmbeddingSource(model, await modelFingerprint(model, options.signal), options.cacheFolder);
  }

  /** One row a text, in order. Throws InvalidFileError where the model gives NaN or infinity. */
  async embed(texts: readonly string[], options: EmbedTextsOptions = {}): Promise<Embeddings> {
    const { inputType, signal, onProgress } = options;
    const distinct = new Map<string, { text: string; row: number }>();
    const rows = texts.map((text) => {
      const key = textKey(text);
      const known = distinct.get(key) ?? { text, row: distinct.size };
      distinct.set(key, known);
      return known.row;
    });

    const vectors = Embeddings.zeros(distinct.size, this.model.dimensions);
    const cache = await this.cacheFor(inputType);
    const wanted = new Map(Array.from(distinct, ([key, { row }]) => [key, row]));
    const absent = cache === undefined ? Array.from(wanted.keys()) : await cache.read(wanted, vectors);
    for (let start = 0; start < absent.length; start += portion) {
      onProgress?.(distinct.size - absent.length + start, distinct.size);
      const keys = absent.slice(start, start + portion);
      const found = keys.map((key) => distinct.get(key) as { text: string; row: number });
      const { embeddings } = await embed(
        this.model,
        found.map(({ text }) => text),
        { inputType, normalize: false, signal },
      );
      this.requireFinite(embeddings, found);
      found.forEach(({ row }, index) => vectors.row(row).set(embeddings.row(index)));
      await cache?.add(keys, embeddings);
    }
    onProgress?.(distinct.size, distinct.size);
    return distinct.size === texts.length ? vectors : gather(vectors, rows);
  }

  async close(): Promise<void> {
    for (const cache of this.caches.values()) await (await cache).close();
  }

  private cacheFor(inputType: string | undefined): Promise<VectorCache> | undefined {
    if (this.cacheFolder === undefined) return undefined;
    const prompt = resolvePrompt(this.model, { inputType });
    const identity = { model: this.fingerprint, prompt, dimensions: this.model.dimensions };
    const cache = this.caches.get(prompt) ?? VectorCache.open(this.cacheFolder, identity);
    this.caches.set(prompt, cache);
    return cache;
  }

  private requireFinite(embeddings: Embeddings, texts: readonly { text: string }[]): void {
    const wrong = embeddings.findNonFinite();
    if (wrong === undefined) return;
    const { text } = texts[wrong.row] as { text: string };
    throw new InvalidFileError({
      part,
      problem: `${this.model.modelId} gives ${wrong.value} for the text ${JSON.stringify(text.slice(0, 60))}`,
      remedy: "check the weights of the model",
    });
  }
}

function gather(vectors: Embeddings, rows: readonly number[]): Embeddings {
  const gathered = Embeddings.zeros(rows.length, vectors.dimensions);
  rows.forEach((row, index) => gathered.row(index).set(vectors.row(row)));
  return gathered;
}
