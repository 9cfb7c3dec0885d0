export { loadTokenizer } from "./load-tokenizer.js";
export type { EncodeOptions, TokenBatch, Tokenizer } from "./tokenizer.js";
