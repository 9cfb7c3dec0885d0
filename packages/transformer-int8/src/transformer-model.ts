import {
  Embeddings,
  InvalidArgumentError,
  type EmbedCall,
  type EmbeddingModel,
  type EmbedResult,
  type ModelDescription,
} from "@kokeshi/core";
import type { Encoder } from "./encoder/encoder.js";
import { part } from "./invalid-model.js";

export interface TransformerModelParts {
  encoder: Encoder;
  prompts: Readonly<Record<string, string>>;
  defaultInputType: string | undefined;
  licence: string | undefined;
}

/** An encoder model on ONNX Runtime. */
export class TransformerModel implements EmbeddingModel {
  readonly specificationVersion = "v1";
  readonly modelId: string;
  readonly dimensions: number;
  readonly maxTokens: number | undefined;
  readonly normalized: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultInputType: string | undefined;
  readonly description: ModelDescription;
  readonly #encoder: Encoder;
  #closed = false;

  /** @internal */
  constructor({ encoder, prompts, defaultInputType, licence }: TransformerModelParts) {
    const { plan } = encoder;
    this.#encoder = encoder;
    this.modelId = plan.modelId;
    this.dimensions = encoder.dimensions;
    this.maxTokens = encoder.maxTokens;
    this.normalized = plan.layers.at(-1)?.type === "normalize";
    this.prompts = prompts;
    this.defaultInputType = defaultInputType;
    this.description = {
      backend: "transformer-int8",
      tokenizerPath: encoder.tokenizerPath,
      precision: plan.graph.precision,
      batchInvariant: plan.graph.batchInvariant,
      licence,
    };
  }

  async doEmbed({ texts, prompt = "", signal, output }: EmbedCall): Promise<EmbedResult> {
    if (this.#closed) {
      throw new InvalidArgumentError({
        part,
        problem: `${this.modelId} is closed`,
        remedy: "load the model again",
      });
    }
    signal?.throwIfAborted();
    const { ids, offsets, truncated } = this.#encoder.tokenize(texts);
    const promptTokens = this.#encoder.countPromptTokens(prompt);
    const { dimensions } = this;
    const length = texts.length * dimensions;
    const vectors = output?.length === length ? output : new Float32Array(length);
    for (let start = 0; start < texts.length; start += rowsAtOnce) {
      signal?.throwIfAborted();
      const end = Math.min(start + rowsAtOnce, texts.length);
      await this.#encoder.encode(
        { ids, offsets: offsets.subarray(start, end + 1), promptTokens },
        vectors.subarray(start * dimensions, end * dimensions),
      );
    }
    signal?.throwIfAborted();
    const tokenCounts = Uint32Array.from(
      texts,
      (_, row) => (offsets[row + 1] as number) - (offsets[row] as number),
    );
    return { embeddings: new Embeddings(vectors, dimensions), tokenCounts, truncated };
  }

  /** Frees the session, once the batch under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#encoder.close();
  }
}

const rowsAtOnce = 32;
