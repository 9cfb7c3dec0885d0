import type { StaticEmbeddingModel } from "@kokeshi/static-model";
import { commonTokens } from "../vocabulary/common-tokens.js";
import { countTokens, type CountTokensOptions } from "../vocabulary/count-tokens.js";
import { keepTokens } from "../vocabulary/keep-tokens.js";
import { parseTokenizer } from "../vocabulary/tokenizer-json.js";

/**
 * A model that knows only the tokens that are commonest in `texts`, some `size` of them. The others leave its
 * tokenizer.json, so that a text falls to the tokens that stay: characters of their own stay for all but 0.05 % of the
 * characters. The vectors of the tokens that stay are what they were.
 */
export async function pruneVocabulary(
  model: StaticEmbeddingModel,
  size: number,
  texts: Iterable<string> | AsyncIterable<string>,
  options: CountTokensOptions = {},
): Promise<StaticEmbeddingModel> {
  const parsed = parseTokenizer(model.tokenizerJson);
  const common = commonTokens(parsed, await countTokens(parsed.tokenizer, texts, options), size);
  const { tokenizer, formerIds } = keepTokens(parsed, (_, id) => common.has(id));
  const { dimensions } = model;
  const table = new Float32Array(formerIds.length * dimensions);
  formerIds.forEach((former, id) =>
    table.set(model.table.subarray(former * dimensions, (former + 1) * dimensions), id * dimensions),
  );
  return { ...model, table, tokenizerJson: JSON.stringify(tokenizer.json) };
}
