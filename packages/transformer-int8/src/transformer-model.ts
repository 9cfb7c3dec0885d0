import {
  Embeddings,
  type EmbedCall,
  type EmbeddingModel,
  type EmbedResult,
  type ModelDescription,
} from "@kokeshi/core";
import type { EncoderPlan } from "./encoder/encoder-plan.js";
import type { TextTokenizer } from "./encoder/encoder.js";
import type { EncoderPool } from "./workers/encoder-pool.js";
import type { Layout } from "./workers/layout.js";
import { tokenizeInTurns } from "./workers/tokenize-in-turns.js";

export interface TransformerModelParts {
  plan: EncoderPlan;
  tokenizer: TextTokenizer;
  pool: EncoderPool;
  prompts: Readonly<Record<string, string>>;
  defaultInputType: string | undefined;
  licence: string | undefined;
}

/** An encoder model on ONNX Runtime. Texts become tokens on the calling thread, tokens vectors on others. */
export class TransformerModel implements EmbeddingModel {
  readonly specificationVersion = "v1";
  readonly modelId: string;
  readonly dimensions: number;
  readonly maxTokens: number | undefined;
  /** The more texts, the more of like length: 1,024 take a few seconds of a small model. */
  readonly batchSize = 1024;
  readonly normalized: boolean;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultInputType: string | undefined;
  readonly description: ModelDescription;
  readonly #tokenizer: TextTokenizer;
  readonly #pool: EncoderPool;

  /** @internal */
  constructor({ plan, tokenizer, pool, prompts, defaultInputType, licence }: TransformerModelParts) {
    this.#tokenizer = tokenizer;
    this.#pool = pool;
    this.modelId = identityOf(plan);
    this.dimensions = pool.dimensions;
    this.maxTokens = tokenizer.maxTokens;
    this.normalized = plan.layers.at(-1)?.type === "normalize";
    this.prompts = prompts;
    this.defaultInputType = defaultInputType;
    this.description = {
      backend: "transformer-int8",
      tokenizerPath: tokenizer.tokenizerPath,
      precision: plan.graph.precision,
      batchInvariant: plan.graph.batchInvariant || pool.isOneByOne,
      optimizations: optimizationsOf(plan),
      licence,
    };
  }

  /** Workers and threads at present: with "auto", one worker until a large call has measured what is fastest. */
  get layout(): Layout {
    return this.#pool.layout;
  }

  async doEmbed({ texts, prompt = "", signal, output }: EmbedCall): Promise<EmbedResult> {
    signal?.throwIfAborted();
    const tokens = await tokenizeInTurns(this.#tokenizer, texts, signal);
    const promptTokens = this.#tokenizer.countPromptTokens(prompt);
    const vectors = await this.#pool.encode(tokens, { signal, promptTokens, output });
    const { offsets, truncated } = tokens;
    const tokenCounts = Uint32Array.from(
      texts,
      (_, row) => (offsets[row + 1] as number) - (offsets[row] as number),
    );
    return { embeddings: new Embeddings(vectors, this.dimensions), tokenCounts, truncated };
  }

  /** Rejects the calls under way, and ends the threads after the batches that they are at. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** Other graphs of a folder give other vectors, and so does another pooling: `owner/name@revision+onnx/model.onnx`. */
function identityOf({ modelId, graph, pooling }: EncoderPlan): string {
  return [modelId, graph.path, ...(pooling.overruled ? pooling.modes : [])].join("+");
}

function optimizationsOf({ graph: { fusedAttentions } }: EncoderPlan): string[] | undefined {
  return fusedAttentions === undefined ? undefined : [`attention fused in ${fusedAttentions} layers`];
}
