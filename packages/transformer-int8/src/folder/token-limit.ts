import type { ModelFolder } from "@kokeshi/core";
import { readConfigIfPresent } from "@kokeshi/model-files";
import { modelConfigShape, sentenceBertShape, tokenizerConfigShape } from "./config-shapes.js";

/** The names that `sentence_bert_config.json` has had (sentence-transformers, models/Transformer.py, load). */
const sentenceConfigs = [
  "sentence_bert_config.json",
  "sentence_roberta_config.json",
  "sentence_distilbert_config.json",
  "sentence_camembert_config.json",
  "sentence_albert_config.json",
  "sentence_xlm-roberta_config.json",
  "sentence_xlnet_config.json",
];

/** Families whose first position is not 0 but the one after the padding token's (transformers, modeling_roberta.py). */
const shiftedPositions =
  /^(?:roberta|xlm-roberta|xlm-roberta-xl|camembert|mpnet|longformer|data2vec-text|luke)$/;

export interface TransformerSettings {
  /** As the files give it; `undefined` where none does. */
  maxTokens: number | undefined;
  lowerCase: boolean;
  padId: number;
  /** Position of the first token, for graphs that take positions as an input. */
  firstPosition: number;
}

/**
 * What the transformer's own configuration files say. The limit is sentence-transformers': `max_seq_length`, or else
 * the tokenizer's limit; never more than the model has positions for.
 */
export async function readTransformerSettings(
  folder: ModelFolder,
  subfolder: string,
): Promise<TransformerSettings> {
  const config = await readConfigIfPresent(folder, `${subfolder}config.json`, modelConfigShape);
  const sentence = await readFirstPresent(folder, subfolder);
  const tokenizer = await readConfigIfPresent(
    folder,
    `${subfolder}tokenizer_config.json`,
    tokenizerConfigShape,
  );
  const padId = config?.pad_token_id ?? 0;
  const firstPosition = shiftedPositions.test(config?.model_type ?? "") ? padId + 1 : 0;
  const positions = limitOf(config?.max_position_embeddings, firstPosition);
  const said = sentence?.max_seq_length ?? limitOf(tokenizer?.model_max_length, 0);
  const maxTokens = Math.min(positions ?? Infinity, said ?? Infinity);
  return {
    maxTokens: maxTokens === Infinity ? undefined : maxTokens,
    lowerCase: sentence?.do_lower_case ?? false,
    padId,
    firstPosition,
  };
}

async function readFirstPresent(folder: ModelFolder, subfolder: string) {
  for (const name of sentenceConfigs) {
    const config = await readConfigIfPresent(folder, `${subfolder}${name}`, sentenceBertShape);
    if (config !== undefined) return config;
  }
  return undefined;
}

/** Relative positions are written as -1 or left out; the tokenizer's 1e30 means no limit. */
function limitOf(value: number | undefined, first: number): number | undefined {
  return value !== undefined && value > first && value < 1e9 ? Math.floor(value) - first : undefined;
}
