import { keepSublinear } from "@kokeshi/static-model";
import type { PairTokenizer } from "./tokenize-columns.js";

/**
 * Gives the tokens that count in a model with `termFrequency: "sublinear"`: tokenise training and validation pairs with
 * it, and write the model with that setting.
 */
export function sublinearTokenizer(tokenizer: PairTokenizer): PairTokenizer {
  return {
    async encodeBatch(texts, options) {
      const { ids, starts } = await tokenizer.encodeBatch(texts, options);
      return { ids: keepSublinear({ ids, starts }), starts };
    },
  };
}
