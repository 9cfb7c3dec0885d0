export { createTokenizer } from "./create-tokenizer.js";
export { loadTokenizer, type LoadTokenizerOptions } from "./load-tokenizer.js";
export { padBatch, type PaddedBatch, type PadOptions } from "./padding.js";
export type { PairBatch, PairEncoding, PairOptions } from "./pairs.js";
export type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
