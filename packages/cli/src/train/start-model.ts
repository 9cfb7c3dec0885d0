import type { TermFrequency } from "@kokeshi/static-model";
import { createTokenizer, type Tokenizer } from "@kokeshi/tokenizer";
import type { CommandContext } from "../command-context.js";
import { readLegalFiles } from "../legal-files.js";
import { readTokenizerFile } from "../open-tokenizer.js";
import { tokenizerOf, withStaticModel } from "./read-static-model.js";
import type { TrainingConfig } from "./training-config.js";

/** What a training begins with. */
export interface StartModel {
  /** The id of the model; null for a table at random. */
  modelId: string | null;
  tokenizer: Tokenizer;
  tokenizerJson: string | Uint8Array;
  vocabularySize: number;
  /** The table and its width; none where it begins at random. */
  table?: Float32Array;
  dimensions?: number;
  normalize: boolean;
  prompts: Readonly<Record<string, string>>;
  termFrequency?: TermFrequency;
  licence?: string;
  /** Licence and attribution of the model, which travel with what is made of it. */
  legalFiles: Record<string, Uint8Array>;
}

/** Throws InvalidArgumentError for a model that is not static. */
export async function openStartModel(
  start: TrainingConfig["start"],
  context: CommandContext,
): Promise<StartModel> {
  if ("tokenizer" in start) {
    const { text, json } = await readTokenizerFile(start.tokenizer, context.cwd);
    const tokenizer = createTokenizer(json);
    return {
      modelId: null,
      tokenizer,
      tokenizerJson: text,
      vocabularySize: tokenizer.vocabularySize,
      normalize: true,
      prompts: {},
      legalFiles: {},
    };
  }
  return withStaticModel(start.model, context, async (read, { model, folder }) => {
    const { table, dimensions, tokenizerJson, normalize, prompts, termFrequency, licence } = read;
    return {
      modelId: model.modelId,
      tokenizer: tokenizerOf(read),
      tokenizerJson,
      vocabularySize: table.length / dimensions,
      table,
      dimensions,
      normalize,
      prompts: prompts ?? {},
      termFrequency,
      licence,
      legalFiles: await readLegalFiles(folder),
    };
  });
}
