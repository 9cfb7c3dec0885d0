import { embed, type EmbeddingModel } from "@kokeshi/core";
import { readTaskFolder, scoreJmtebClassification } from "@kokeshi/evaluation";
import { dataPath } from "@kokeshi/test-data";

/** Macro F1 of a classification task of the shared data by JMTEB's protocol, whose validation split is `dev`. */
export async function jmtebMacroF1(model: EmbeddingModel, task: string): Promise<number> {
  const read = async (split: string) => {
    const { type, data } = await readTaskFolder(dataPath("eval", task), { split });
    if (type !== "classification") throw new TypeError(`${task} is for ${type}`);
    return data;
  };
  const { train, test } = await read("test");
  const data = { train, validation: (await read("dev")).test, test };
  const vectorsOf = async (part: keyof typeof data) => (await embed(model, data[part].texts)).embeddings;
  const embeddings = {
    train: await vectorsOf("train"),
    validation: await vectorsOf("validation"),
    test: await vectorsOf("test"),
  };
  return (await scoreJmtebClassification(data, embeddings)).metrics.f1 ?? NaN;
}
