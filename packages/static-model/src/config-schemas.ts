import { InvalidFileError, readJson, type ModelFolder } from "@kokeshi/core";
import * as z from "zod/mini";

/*
 * Only the keys that are used; other keys of the same files are welcome. Python writes null for what is absent.
 */
const flag = z.nullish(z.boolean());
const licence = z.nullish(z.string());
const prompts = z.nullish(z.record(z.string(), z.string()));

/** `config.json`, whichever family wrote it. */
export const modelConfigSchema = z.object({ model_type: z.nullish(z.string()) });

/** `config.json` of Model2Vec. */
export const model2VecConfigSchema = z.object({ normalize: flag, license: licence });

/** `config.json` of Kokeshi's int8 layout. */
export const kokeshiConfigSchema = z.object({
  format_version: z.literal(1),
  normalize: z.boolean(),
  prompts,
  max_tokens: z.nullish(z.int().check(z.positive())),
  license: licence,
});

/** `modules.json` of sentence-transformers. */
export const modulesSchema = z.array(z.object({ path: z.string(), type: z.string() })).check(z.minLength(1));

/** `config_sentence_transformers.json`; Model2Vec keeps `normalize` there. */
export const sentenceTransformersConfigSchema = z.object({ prompts, normalize: flag });

/** Reads a JSON file and checks its shape. Throws InvalidFileError naming the key at fault. */
export async function readConfig<Schema extends z.ZodMiniType>(
  folder: ModelFolder,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const result = schema.safeParse(await readJson(folder, path));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InvalidFileError({
    part: "static-model",
    problem: `${path} of ${folder.modelId} is not what it should be: ${issue?.path.join(".") || "the file"}: ${issue?.message}`,
    remedy: "download or export the model again",
  });
}

/** As `readConfig`, with `undefined` where there is no such file. */
export async function readConfigIfPresent<Schema extends z.ZodMiniType>(
  folder: ModelFolder,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  return (await folder.has(path)) ? readConfig(folder, path, schema) : undefined;
}
