import type { ModelFolder } from "@kokeshi/core";
import { readConfigIfPresent } from "@kokeshi/model-files";
import { invalidModel } from "../invalid-model.js";
import { sentenceTransformersShape } from "./config-shapes.js";

export interface FolderPrompts {
  prompts: Readonly<Record<string, string>>;
  /** Name of the prompt for texts whose caller names none. */
  defaultInputType: string | undefined;
}

/** Reads `config_sentence_transformers.json`. */
export async function readPrompts(folder: ModelFolder): Promise<FolderPrompts> {
  const path = "config_sentence_transformers.json";
  const config = await readConfigIfPresent(folder, path, sentenceTransformersShape);
  const prompts = config?.prompts ?? {};
  const name = config?.default_prompt_name;
  if (name !== undefined && !Object.hasOwn(prompts, name)) {
    throw invalidModel(
      `default_prompt_name in ${path} of ${folder.modelId} is ${JSON.stringify(name)}, which is not among its prompts`,
      `use one of ${Object.keys(prompts).join(", ") || "none"}`,
    );
  }
  return { prompts, defaultInputType: name };
}
