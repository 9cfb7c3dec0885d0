import {
  Embeddings,
  eventLoopTurns,
  type EmbedCall,
  type EmbeddingModel,
  type EmbedResult,
  type ModelDescription,
} from "@kokeshi/core";
import type { Tokenizer } from "@kokeshi/tokenizer";
import type { StaticFamily } from "./folder-family.js";
import { encodeTexts, type TextRules } from "./text-rules.js";
import type { TokenMeans } from "./token-means.js";

/** What a folder gave, whichever family wrote it. */
export interface StaticModelParts {
  modelId: string;
  family: StaticFamily;
  tokenMeans: TokenMeans;
  precision: string;
  tokenizer: Tokenizer;
  /** The bytes of tokenizer.json, which exports pass on. */
  tokenizerJson: Uint8Array;
  rules: TextRules;
  /** Scale vectors to length 1. */
  normalize: boolean;
  prompts: Readonly<Record<string, string>>;
  licence: string | undefined;
}

/** The mean of the vectors of a text's tokens. */
export class StaticModel implements EmbeddingModel {
  readonly specificationVersion = "v1";
  readonly modelId: string;
  readonly dimensions: number;
  readonly maxTokens: number | undefined;
  readonly prompts: Readonly<Record<string, string>>;
  readonly description: ModelDescription;

  /** @internal */
  constructor(readonly parts: StaticModelParts) {
    this.modelId = parts.modelId;
    this.dimensions = parts.tokenMeans.dimensions;
    this.maxTokens = parts.rules.tokens === Infinity ? undefined : parts.rules.tokens;
    this.prompts = parts.prompts;
    this.description = {
      backend: "static",
      tokenizerPath: parts.tokenizer.path,
      precision: parts.precision,
      batchInvariant: true,
      licence: parts.licence,
    };
  }

  async doEmbed({ texts, signal }: EmbedCall): Promise<EmbedResult> {
    const { tokenMeans, tokenizer, rules, normalize } = this.parts;
    const { dimensions } = tokenMeans;
    const embeddings = Embeddings.zeros(texts.length, dimensions);
    const tokenCounts = new Uint32Array(texts.length);
    const truncated: number[] = [];
    const takeTurn = eventLoopTurns();
    for (let start = 0; start < texts.length;) {
      signal?.throwIfAborted();
      const end = endOfPortion(texts, start);
      const { ids, starts, truncated: cut } = encodeTexts(tokenizer, rules, texts.slice(start, end));
      const means = embeddings.data.subarray(start * dimensions, end * dimensions);
      tokenMeans.gather(ids, starts, normalize, means);
      for (let index = start; index < end; index++) {
        tokenCounts[index] = (starts[index - start + 1] as number) - (starts[index - start] as number);
      }
      for (const index of cut) truncated.push(start + index);
      start = end;
      await takeTurn();
    }
    signal?.throwIfAborted();
    return { embeddings, tokenCounts, truncated };
  }

  /** Nothing to give back but memory, which goes with the model. */
  async close(): Promise<void> {}
}

/** About as much text as is worth doing before looking at the clock and the abort signal. */
const charactersAPortion = 16_384;

function endOfPortion(texts: readonly string[], start: number): number {
  let characters = 0;
  let end = start;
  while (end < texts.length && characters < charactersAPortion) characters += (texts[end++] as string).length;
  return end;
}
