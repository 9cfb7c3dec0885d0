import { InvalidFileError, readJson, type ModelFolder } from "@kokeshi/core";
import {
  boolean,
  exactly,
  list,
  object,
  optional,
  positiveInteger,
  record,
  ShapeError,
  string,
  type Shape,
} from "./json-shape.js";

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
  license: optional(string),
});

/** `modules.json` of sentence-transformers. */
export const modulesConfig = list(object({ path: string, type: string }));

/** `config_sentence_transformers.json`; Model2Vec keeps `normalize` there. */
export const sentenceTransformersConfig = object({ prompts, normalize: optional(boolean) });

/** Reads a JSON file and checks its shape. Throws InvalidFileError naming the key at fault. */
export async function readConfig<Value>(
  folder: ModelFolder,
  path: string,
  shape: Shape<Value>,
): Promise<Value> {
  const json = await readJson(folder, path);
  try {
    return shape(json, []);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new InvalidFileError({
      part: "static-model",
      problem: `${path} of ${folder.modelId} is not what it should be: ${cause.message}`,
      remedy: "download or export the model again",
    });
  }
}

/** As `readConfig`, with `undefined` where there is no such file. */
export async function readConfigIfPresent<Value>(
  folder: ModelFolder,
  path: string,
  shape: Shape<Value>,
): Promise<Value | undefined> {
  return (await folder.has(path)) ? readConfig(folder, path, shape) : undefined;
}
