import { Tokenizer } from "@huggingface/tokenizers";
import type { Contestant } from "./contestant.js";
import { firstRows } from "./first-rows.js";
import { plainMeans, readPlainModel } from "./plain-mean.js";

export async function openHuggingFaceMean(reference: string): Promise<Contestant<Float32Array>> {
  const model = await readPlainModel(reference);
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
