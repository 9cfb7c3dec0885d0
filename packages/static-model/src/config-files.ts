import {
  boolean,
  exactly,
  list,
  object,
  optional,
  positiveInteger,
  record,
  string,
} from "@kokeshi/model-files";

/*
 * Only the keys that are used; other keys of the same files are welcome.
 */
const prompts = optional(record(string));

/** `config.json`, whichever family wrote it. */
export const modelConfig = object({ model_type: optional(string) });

/** `config.json` of Model2Vec. */
export const model2VecConfig = object({ normalize: optional(boolean), license: optional(string) });

/** `config.json` of Kokeshi's int8 layout. */
export const kokeshiConfig = object({
  format_version: exactly(1),
  normalize: boolean,
  prompts,
  max_tokens: optional(positiveInteger),
  term_frequency: optional(exactly("sublinear")),
  license: optional(string),
});

/** `modules.json` of sentence-transformers. */
export const modulesConfig = list(object({ path: string, type: string }));

/** `config_sentence_transformers.json`; Model2Vec keeps `normalize` there. */
export const sentenceTransformersConfig = object({ prompts, normalize: optional(boolean) });
