import type { ModelFolder } from "@kokeshi/core";
import { readConfig } from "@kokeshi/model-files";
import type { PoolingMode, PoolingPlan } from "../encoder/encoder-plan.js";
import { invalidModel } from "../invalid-model.js";
import { poolingShape } from "./config-shapes.js";

/** In the order in which sentence-transformers concatenates those whose flags are on (models/Pooling.py, forward). */
const flags = [
  ["pooling_mode_cls_token", "cls"],
  ["pooling_mode_max_tokens", "max"],
  ["pooling_mode_mean_tokens", "mean"],
  ["pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"],
  ["pooling_mode_weightedmean_tokens", "weightedmean"],
  ["pooling_mode_lasttoken", "lasttoken"],
] as const satisfies readonly (readonly [string, PoolingMode])[];

export const poolingModes: readonly PoolingMode[] = flags.map(([, mode]) => mode);

/**
 * Reads `config.json` of a Pooling module. The mean is on unless it is turned off, as it is there. Modes in a list
 * (sentence-transformers 6) are concatenated in the list's order.
 */
export async function readPooling(folder: ModelFolder, subfolder: string): Promise<PoolingPlan> {
  const path = `${subfolder}config.json`;
  const config = await readConfig(folder, path, poolingShape);
  const includePrompt = config.include_prompt ?? true;
  const tokenWidth = config.word_embedding_dimension ?? config.embedding_dimension;
  if (config.pooling_mode !== undefined) {
    const modes = [config.pooling_mode].flat().map((name) => {
      const known = poolingModes.find((mode) => mode === name);
      if (known !== undefined) return known;
      throw invalidModel(
        `${path} of ${folder.modelId} asks for the pooling mode ${JSON.stringify(name)}`,
        `the modes are ${poolingModes.join(", ")}`,
      );
    });
    return { modes, includePrompt, tokenWidth };
  }
  const modes = flags.filter(([flag, mode]) => config[flag] ?? mode === "mean").map(([, mode]) => mode);
  if (modes.length === 0) throw invalidModel(`${path} of ${folder.modelId} turns all pooling modes off`);
  return { modes, includePrompt, tokenWidth };
}
