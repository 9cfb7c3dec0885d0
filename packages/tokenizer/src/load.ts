export { loadTokenizer } from "./load-tokenizer.js";
export type { PairBatch, PairEncoding, PairOptions } from "./pairs.js";
export type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
