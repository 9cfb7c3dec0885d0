import {
  createBackendRegistry,
  embed,
  InvalidArgumentError,
  type EmbeddingBackend,
  type EmbeddingModel,
  type Embeddings as EmbeddingMatrix,
  type LoadOptions,
} from "@kokeshi/core";
import type { ResolveOptions } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";

export interface KokeshiEmbeddingsOptions extends EmbeddingsParams {
  /** Keep only the first components (Matryoshka), from 1 to the model's own. Default: all. */
  dimensions?: number;
  /** Scale each vector to length 1, after truncation. Default: true. */
  normalize?: boolean;
  /** Texts a call to the model. Default: 256. */
  batchSize?: number;
}

const defaultModel = "@kokeshi/model-en-ja";

export interface KokeshiEmbeddingsLoadOptions extends KokeshiEmbeddingsOptions {
  /** A folder, an npm package or `hf:owner/name[@revision]`. Default: `@kokeshi/model-en-ja`. */
  model?: string;
  /** Where the model is looked for and kept: cache folder, offline mode, token, progress. */
  resolve?: ResolveOptions;
  /** What the backend is told: a shorter limit on the input, an abort signal. */
  load?: LoadOptions;
  /** Backends to ask, in order. Default: `@kokeshi/static-model`. */
  backends?: readonly EmbeddingBackend[];
}

/** LangChain embeddings on any Kokeshi model. Documents and queries get the prompts the model has for them. */
export class KokeshiEmbeddings extends Embeddings {
  readonly model: EmbeddingModel;
  /** Length of each vector. */
  readonly dimensions: number;
  readonly normalize: boolean;
  readonly batchSize: number | undefined;

  /** Throws InvalidArgumentError when `dimensions` is not a whole number from 1 to the model's own. */
  constructor({
    model,
    dimensions = model.dimensions,
    normalize = true,
    batchSize,
    ...params
  }: KokeshiEmbeddingsOptions & { model: EmbeddingModel }) {
    // LangChain retries six times by default; a computation on this machine fails the same way each time.
    super({ maxRetries: 0, ...params });
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > model.dimensions) {
      throw new InvalidArgumentError({
        part: "langchain",
        problem: `dimensions is ${dimensions}, but ${model.modelId} gives ${model.dimensions}`,
        remedy: `use a whole number from 1 to ${model.dimensions}`,
      });
    }
    this.model = model;
    this.dimensions = dimensions;
    this.normalize = normalize;
    this.batchSize = batchSize;
  }

  /**
   * Finds, opens and wraps a model. Close it with `embeddings.model.close()` when done. Throws InvalidArgumentError in a
   * browser, which has no folders and packages to look in: open a model there, and pass it to the constructor.
   */
  static async load({
    model: reference = defaultModel,
    resolve,
    load,
    backends,
    ...options
  }: KokeshiEmbeddingsLoadOptions = {}): Promise<KokeshiEmbeddings> {
    // @kokeshi/hub, or browser-hub.js in a bundle for browsers: package.json says so, under "imports".
    const { resolveModel } = await import("#hub");
    const folder = await resolveModel(reference, resolve);
    const { model } = await createBackendRegistry(backends ?? [staticBackend]).open(folder, load);
    return new KokeshiEmbeddings({ ...options, model });
  }

  override async embedDocuments(documents: string[]): Promise<number[][]> {
    return (await this.embedMatrix(documents, "document")).toArrays();
  }

  override async embedQuery(document: string): Promise<number[]> {
    return Array.from((await this.embedMatrix([document], "query")).row(0));
  }

  /** The same vectors as one Float32Array of `texts.length` rows, for callers that need no plain arrays. */
  async embedMatrix(texts: readonly string[], inputType: "document" | "query"): Promise<EmbeddingMatrix> {
    const { dimensions, normalize, batchSize } = this;
    const { embeddings } = await this.caller.call(() =>
      embed(this.model, texts, { inputType, dimensions, normalize, batchSize }),
    );
    return embeddings;
  }
}
