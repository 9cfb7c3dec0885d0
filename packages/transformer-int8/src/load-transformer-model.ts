import type { LoadOptions, ModelFolder } from "@kokeshi/core";
import { readLicence } from "@kokeshi/model-files";
import type { BatchEncoderOptions } from "./encoder/open-batch-encoder.js";
import { openEncoder } from "./encoder/open-encoder.js";
import type { EncoderPlanOptions } from "./encoder/read-encoder-plan.js";
import { readPrompts } from "./folder/read-prompts.js";
import { TransformerModel } from "./transformer-model.js";

export interface TransformerOptions extends LoadOptions, EncoderPlanOptions, BatchEncoderOptions {}

/**
 * Opens an encoder model: a Hugging Face folder with an ONNX graph. Vectors are those of sentence-transformers.
 *
 * Throws InvalidFileError for a file that is not what it claims to be, NotFoundError for one that is missing,
 * InvalidArgumentError for an option out of range.
 */
export async function loadTransformerModel(
  folder: ModelFolder,
  options: TransformerOptions = {},
): Promise<TransformerModel> {
  const prompts = await readPrompts(folder);
  const encoder = await openEncoder(folder, options);
  return new TransformerModel({ encoder, ...prompts, licence: await readLicence(folder) });
}
