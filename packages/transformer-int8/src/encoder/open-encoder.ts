import type { ModelFolder } from "@kokeshi/core";
import type { Encoder } from "./encoder.js";
import { openBatchEncoder, type BatchEncoderOptions } from "./open-batch-encoder.js";
import { openTextTokenizer } from "./open-text-tokenizer.js";
import { readEncoderPlan, type EncoderPlanOptions } from "./read-encoder-plan.js";

/**
 * Opens a Hugging Face folder with an ONNX graph, on the calling thread. Throws InvalidFileError for a file that is not
 * what it claims to be, NotFoundError for one that is missing, InvalidArgumentError for an option out of range.
 */
export async function openEncoder(
  folder: ModelFolder,
  options: EncoderPlanOptions & BatchEncoderOptions = {},
): Promise<Encoder> {
  const plan = await readEncoderPlan(folder, options);
  const tokenizer = await openTextTokenizer(folder, plan);
  options.signal?.throwIfAborted();
  const encoder = await openBatchEncoder(plan, options);
  return {
    plan,
    dimensions: encoder.dimensions,
    maxTokens: tokenizer.maxTokens,
    tokenizerPath: tokenizer.tokenizerPath,
    tokenize: (texts) => tokenizer.tokenize(texts),
    countPromptTokens: (prompt) => tokenizer.countPromptTokens(prompt),
    encode: (batch, out) => encoder.encode(batch, out),
    close: () => encoder.close(),
  };
}
