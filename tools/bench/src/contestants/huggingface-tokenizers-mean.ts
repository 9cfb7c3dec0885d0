import { Tokenizer } from "@huggingface/tokenizers";
import type { Contestant, ModelSource } from "./contestant.js";
import { firstRows } from "./first-rows.js";
import { plainMeans, readPlainModel } from "./plain-mean.js";

export async function openHuggingFaceMean(source: ModelSource): Promise<Contestant<Float32Array>> {
  const model = await readPlainModel(source);
  const tokenizer = new Tokenizer(JSON.parse(model.tokenizerJson), {});
  return {
    run: (texts) =>
      plainMeans(
        model,
        texts.map((text) => tokenizer.encode(text).ids),
      ),
    answer: (means) => firstRows(means, model.dimensions),
  };
}
