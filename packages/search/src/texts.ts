import { embed, Embeddings, type EmbeddingModel, embedStream } from "@kokeshi/core";
import type { FusionOptions } from "@kokeshi/lexical";
import type { KokeshiIndex, SearchOptions } from "./kokeshi-index.js";
import type { SearchHit, WorkOptions } from "./vector-index.js";

/** A text to be found. */
export interface TextItem {
  id: string;
  text: string;
  /** Default: `{ text }`. */
  payload?: unknown;
}

export interface AddTextsOptions extends Omit<WorkOptions, "onProgress"> {
  /** Prompt of the model to put before each text. Default: "document". */
  inputType?: string;
  /** Texts a call to the model. */
  batchSize?: number;
  /** Called after each batch. */
  onProgress?: (progress: { done: number }) => void;
}

export interface AddedTexts {
  /** Texts that were added; of an id that comes twice the last stays. */
  count: number;
  /** Ids of those that the model cut to its `maxTokens`. */
  truncated: string[];
}

/** Vectors that go to the index in one commit, in bytes of float32. */
const bytesOfCommit = 32 << 20;

/**
 * Embeds texts and adds them, in commits of some ten thousand: what was added before an error or an abort stays. The
 * index remembers the model, and refuses vectors of another.
 */
export async function addTexts(
  index: KokeshiIndex,
  model: EmbeddingModel,
  items: Iterable<TextItem> | AsyncIterable<TextItem>,
  { inputType = "document", batchSize, signal, onProgress }: AddTextsOptions = {},
): Promise<AddedTexts> {
  index.requireModel(model.modelId);
  const { dimensions } = index;
  const rowsOfCommit = Math.max(1, Math.floor(bytesOfCommit / (4 * dimensions)));
  const truncated: string[] = [];
  let held: { items: TextItem[]; matrices: Embeddings[] } = { items: [], matrices: [] };
  let count = 0;

  async function commit(): Promise<void> {
    const ids = held.items.map(({ id }) => id);
    const payloads = held.items.map(({ text, payload }) => (payload === undefined ? { text } : payload));
    await index.add(
      { ids, payloads, vectors: concatenated(held.matrices, dimensions) },
      { signal, model: model.modelId },
    );
    held = { items: [], matrices: [] };
  }

  const text = (item: TextItem) => item.text;
  for await (const batch of embedStream(model, items, { text, inputType, dimensions, batchSize, signal })) {
    held.items.push(...batch.items);
    held.matrices.push(batch.embeddings);
    for (const row of batch.truncated) truncated.push((batch.items[row] as TextItem).id);
    count += batch.items.length;
    if (held.items.length >= rowsOfCommit) await commit();
    onProgress?.({ done: count });
  }
  await commit();
  return { count, truncated };
}

export interface SearchTextsOptions extends Omit<SearchOptions, "model" | "hybrid"> {
  /** Prompt of the model to put before each text. Default: "query". */
  inputType?: string;
  /** Search by words, too; `true` for the defaults. */
  hybrid?: boolean | FusionOptions;
}

/**
 * The items nearest to each of the texts. Throws InvalidArgumentError where the index holds vectors of another model.
 */
export async function searchTexts(
  index: KokeshiIndex,
  model: EmbeddingModel,
  texts: readonly string[],
  { inputType = "query", hybrid = false, ...options }: SearchTextsOptions = {},
): Promise<SearchHit[][]> {
  const { signal } = options;
  index.requireModel(model.modelId);
  const { embeddings } = await embed(model, texts, { inputType, dimensions: index.dimensions, signal });
  const fusion = hybrid === true ? {} : hybrid;
  return index.search(embeddings, {
    ...options,
    hybrid: fusion === false ? undefined : { ...fusion, texts },
    model: model.modelId,
  });
}

function concatenated(matrices: readonly Embeddings[], dimensions: number): Embeddings {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const all = Embeddings.zeros(rows, dimensions);
  let start = 0;
  for (const { data } of matrices) {
    all.data.set(data, start);
    start += data.length;
  }
  return all;
}
