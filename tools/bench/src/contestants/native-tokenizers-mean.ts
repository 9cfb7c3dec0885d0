import type { Contestant, ModelSource } from "./contestant.js";
import { firstRows } from "./first-rows.js";
import { createNativeTokenizer } from "./native-tokenizers.js";
import { plainMeans, readPlainModel } from "./plain-mean.js";

export async function openNativeMean(source: ModelSource): Promise<Contestant<Float32Array>> {
  const model = await readPlainModel(source);
  const tokenizer = createNativeTokenizer(model.tokenizerJson);
  return {
    run: async (texts) => {
      const encodings = await tokenizer.encodeBatch([...texts]);
      return plainMeans(
        model,
        encodings.map((encoding) => encoding.getIds()),
      );
    },
    answer: (means) => firstRows(means, model.dimensions),
  };
}
