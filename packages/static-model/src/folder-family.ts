import type { ModelFolder } from "@kokeshi/core";
import { readConfigIfPresent } from "@kokeshi/model-files";
import { modelConfig, modulesConfig } from "./config-files.js";

/**
 * Who wrote a folder, and so whose rules its vectors follow.
 *
 * Model2Vec writes a `modules.json` too, so that sentence-transformers can open its models (with slightly other
 * vectors): its own `config.json` decides. A folder with a table in the sentence-transformers layout but without
 * `modules.json` can be opened by Model2Vec only.
 */
export type StaticFamily = "kokeshi-static" | "model2vec" | "sentence-transformers";

/** `undefined` where the folder holds no static model. */
export async function findFamily(folder: ModelFolder): Promise<StaticFamily | undefined> {
  const config = await readConfigIfPresent(folder, "config.json", modelConfig);
  if (config?.model_type === "kokeshi-static" || config?.model_type === "model2vec") return config.model_type;
  const modules = await readConfigIfPresent(folder, "modules.json", modulesConfig);
  if (modules !== undefined) return isStaticEmbedding(modules[0]?.type) ? "sentence-transformers" : undefined;
  if (config !== undefined || !(await folder.has("config_sentence_transformers.json"))) return undefined;
  return (await findTable(folder)) === undefined ? undefined : "model2vec";
}

/** The module has moved within sentence-transformers; its name has stayed. */
export function isStaticEmbedding(moduleType: string | undefined): boolean {
  return moduleType?.split(".").at(-1) === "StaticEmbedding";
}

/** The subfolder, with `/` at the end unless empty, that holds a table and its tokenizer. */
export async function findTable(folder: ModelFolder): Promise<string | undefined> {
  for (const subfolder of ["", "0_StaticEmbedding/"]) {
    if (
      (await folder.has(`${subfolder}model.safetensors`)) &&
      (await folder.has(`${subfolder}tokenizer.json`))
    ) {
      return subfolder;
    }
  }
  return undefined;
}
