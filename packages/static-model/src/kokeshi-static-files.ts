import { jsonFile, tensorOf, writeSafetensors } from "@kokeshi/model-files";
import { packTokenizerTrie } from "@kokeshi/tokenizer/load";
import { modelCard } from "./model-card.js";
import { requireTable, tokenizerFile, type WritableModel } from "./writable-model.js";

export interface KokeshiStaticModel extends WritableModel {
  /** As `quantizeRows` gives it: row i is `scales[i] * values[i]`. */
  table: { values: Int8Array; scales: Float32Array; dimensions: number };
  /** Longest input in tokens. Default: no limit. */
  maxTokens?: number;
}

/**
 * The files of Kokeshi's int8 layout: `config.json`, `tokenizer.json`, `README.md` and `model.safetensors` with
 * `embedding.weight` (I8, tokens x dimensions) and `embedding.scale` (F32, tokens). For a Unigram tokenizer also
 * `tokenizer.trie`, the same compiled, with which a model opens in a fraction of the time.
 *
 * Throws InvalidFileError for a tokenizer.json that is none.
 */
export function kokeshiStaticFiles(model: KokeshiStaticModel): Record<string, Uint8Array> {
  const { values, scales, dimensions } = model.table;
  requireTable(values.length, dimensions, scales.length);
  const tokenizerJson = tokenizerFile(model);
  const trie = packTokenizerTrie(tokenizerJson);
  return {
    "config.json": jsonFile({
      model_type: "kokeshi-static",
      format_version: 1,
      normalize: model.normalize,
      prompts: model.prompts ?? {},
      max_tokens: model.maxTokens ?? null,
      ...(model.termFrequency === "sublinear" ? { term_frequency: "sublinear" } : {}),
      ...(model.licence === undefined ? {} : { license: model.licence }),
    }),
    "tokenizer.json": tokenizerJson,
    ...(trie === undefined ? {} : { "tokenizer.trie": trie }),
    "model.safetensors": writeSafetensors({
      "embedding.weight": tensorOf(values, [scales.length, dimensions]),
      "embedding.scale": tensorOf(scales, [scales.length]),
    }),
    "README.md": modelCard({ ...model, library: "kokeshi" }),
  };
}
