import { createBatchEmbedder, requireText } from "./batch-embedder.js";
import type { EmbedOptions } from "./embed.js";
import type { EmbeddingModel, EmbedResult } from "./embedding-model.js";

export interface EmbedStreamOptions<Item = string> extends Omit<EmbedOptions, "output"> {
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
  const { signal, onProgress } = options;
  const textOf = options.text ?? ((item: Item) => item as string);
  const embedder = createBatchEmbedder(model, options);
  let start = 0;
  let tokens = 0;

  async function embedBatch(items: readonly Item[]): Promise<EmbeddedBatch<Item>> {
    const texts = items.map((item, index) => requireText(textOf(item), start + index));
    const batch = { ...(await embedder.embedBatch(texts)), items, start };
    start += items.length;
    if (onProgress) {
      for (const count of batch.tokenCounts) tokens += count;
      onProgress({ done: start, total: undefined, tokens });
    }
    return batch;
  }

  let items: Item[] = [];
  for await (const item of source) {
    items.push(item);
    if (items.length === embedder.batchSize) {
      yield await embedBatch(items);
      items = [];
    }
  }
  if (items.length > 0) yield await embedBatch(items);
  signal?.throwIfAborted();
}
