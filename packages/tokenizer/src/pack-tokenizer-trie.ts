import { buildDoubleArray } from "./fast/double-array.js";
import { packTrie } from "./fast/packed-trie.js";
import { readTokenizerFile } from "./tokenizer-file.js";

/**
 * The compiled vocabulary of a Unigram tokenizer, for those who publish a model: a file beside tokenizer.json that
 * `loadTokenizer` takes as `trie`, most of what a start would otherwise compute. `undefined` for other algorithms.
 */
export function packTokenizerTrie(tokenizerJson: unknown): Uint8Array | undefined {
  const { model } = readTokenizerFile(tokenizerJson);
  return model.type === "Unigram"
    ? packTrie(buildDoubleArray(model.vocab.map(([piece]) => piece)))
    : undefined;
}
