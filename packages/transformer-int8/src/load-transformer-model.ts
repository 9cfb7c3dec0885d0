import type { LoadOptions, ModelFolder } from "@kokeshi/core";
import { readLicence } from "@kokeshi/model-files";
import { openTextTokenizer } from "./encoder/open-text-tokenizer.js";
import { readEncoderPlan, type EncoderPlanOptions } from "./encoder/read-encoder-plan.js";
import { readPrompts } from "./folder/read-prompts.js";
import { cachedPlan } from "./graph-cache/cached-plan.js";
import { TransformerModel } from "./transformer-model.js";
import { EncoderPool, type EncoderPoolOptions } from "./workers/encoder-pool.js";

export interface TransformerOptions extends LoadOptions, EncoderPlanOptions, EncoderPoolOptions {
  /**
   * Folder in which optimised graphs are kept, ready for this processor: a model then opens in about a third of the time,
   * workers share its weights in memory, and a float32 graph has its attention fused, where it is recognised: long texts
   * take less time, and vectors differ by up to 1e-5. Takes one and a half times the size of the graph, on disk.
   * Default: none.
   */
  graphCache?: string;
}

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
  const { signal, graphCache } = options;
  const settings = { ...(await readPrompts(folder)), licence: await readLicence(folder) };
  const asInFolder = await readEncoderPlan(folder, options);
  const tokenizer = await openTextTokenizer(folder, asInFolder);
  signal?.throwIfAborted();
  const plan = graphCache === undefined ? asInFolder : await cachedPlan(asInFolder, graphCache);
  const pool = await EncoderPool.open(plan, options);
  if (signal?.aborted) {
    await pool.close();
    signal.throwIfAborted();
  }
  return new TransformerModel({ plan, tokenizer, pool, ...settings });
}
