import {
  boolean,
  either,
  list,
  number,
  object,
  optional,
  positiveInteger,
  record,
  string,
  wholeNumber,
} from "@kokeshi/model-files";

/*
 * Only the keys that are used; other keys of the same files are welcome.
 */

/** `modules.json` of sentence-transformers. */
export const modulesShape = list(object({ path: string, type: string }));

/** `config.json` of transformers. */
export const modelConfigShape = object({
  model_type: optional(string),
  pad_token_id: optional(wholeNumber),
  max_position_embeddings: optional(number),
});

/** `sentence_bert_config.json`. Newer versions write `do_lower_case` elsewhere, and some leave it out. */
export const sentenceBertShape = object({
  max_seq_length: optional(positiveInteger),
  do_lower_case: optional(boolean),
});

/** `tokenizer_config.json`. A model without a limit says 1e30. */
export const tokenizerConfigShape = object({ model_max_length: optional(number) });

/** `config_sentence_transformers.json`. */
export const sentenceTransformersShape = object({
  prompts: optional(record(string)),
  default_prompt_name: optional(string),
});

/** `config.json` of a Pooling module: flags in all versions up to 5, a name or names in later ones. */
export const poolingShape = object({
  word_embedding_dimension: optional(positiveInteger),
  embedding_dimension: optional(positiveInteger),
  pooling_mode: optional(either(list(string), string)),
  pooling_mode_cls_token: optional(boolean),
  pooling_mode_max_tokens: optional(boolean),
  pooling_mode_mean_tokens: optional(boolean),
  pooling_mode_mean_sqrt_len_tokens: optional(boolean),
  pooling_mode_weightedmean_tokens: optional(boolean),
  pooling_mode_lasttoken: optional(boolean),
  include_prompt: optional(boolean),
});

/** `config.json` of a Dense module. */
export const denseShape = object({
  in_features: positiveInteger,
  out_features: positiveInteger,
  bias: optional(boolean),
  activation_function: optional(string),
  module_input_name: optional(string),
  module_output_name: optional(string),
  use_residual: optional(boolean),
});
