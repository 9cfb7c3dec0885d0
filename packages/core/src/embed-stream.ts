import type { EmbedOptions } from "./embed.js";
import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";
import { InvalidArgumentError } from "./errors.js";
import { resolvePrompt } from "./prompt.js";
import { normalizeRows, requireDimensions, truncateDimensions } from "./vector-steps.js";
import { eventLoopTurns } from "./event-loop-turns.js";

export interface EmbedStreamOptions<Item = string> extends EmbedOptions {
  /** The text of an item, where items are not plain strings. */
  text?: (item: Item) => string;
}

export interface EmbeddedBatch<Item = string> extends EmbedResult {
  /** Position of the first item in the whole stream. */
  start: number;
  /** The items, in order; row i of `embeddings` is item i. `truncated` counts within the batch. */
  items: readonly Item[];
}

/**
 * Embeds a stream of items of any length in constant memory, one batch at a time and only as fast as the consumer
 * asks for them. Items may be objects: `text` says which of their fields to embed.
 */
export async function* embedStream<Item = string>(
  model: EmbeddingModel,
  source: Iterable<Item> | AsyncIterable<Item>,
  options: EmbedStreamOptions<Item> = {},
): AsyncGenerator<EmbeddedBatch<Item>, void, undefined> {
  const { dimensions = model.dimensions, normalize = true, signal, onProgress } = options;
  const { batchSize = model.batchSize ?? 256 } = options;
  const textOf = options.text ?? ((item: Item) => item as string);
  requireDimensions(dimensions, model.dimensions);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `batchSize is ${batchSize}`,
      remedy: "use a whole number of at least 1",
    });
  }
  const prompt = resolvePrompt(model, options);
  const takeTurn = eventLoopTurns();
  let start = 0;
  let tokens = 0;

  async function embedBatch(items: readonly Item[]): Promise<EmbeddedBatch<Item>> {
    signal?.throwIfAborted();
    const texts = items.map((item, index) => prompt + requireText(textOf(item), start + index));
    const result = await model.doEmbed({ texts, signal });
    await takeTurn();
    signal?.throwIfAborted();
    const embeddings = truncateDimensions(result.embeddings, dimensions);
    if (normalize) normalizeRows(embeddings);
    const batch = { ...result, embeddings, items, start };
    start += items.length;
    if (onProgress) {
      for (const count of result.tokenCounts) tokens += count;
      onProgress({ done: start, total: undefined, tokens });
    }
    return batch;
  }

  let items: Item[] = [];
  for await (const item of source) {
    items.push(item);
    if (items.length === batchSize) {
      yield await embedBatch(items);
      items = [];
    }
  }
  if (items.length > 0) yield await embedBatch(items);
  signal?.throwIfAborted();
}

function requireText(text: unknown, index: number): string {
  if (typeof text === "string") return text;
  throw new InvalidArgumentError({
    part: "core",
    problem: `text ${index} is ${text === null ? "null" : typeof text} instead of a string`,
    remedy: "pass strings",
  });
}
