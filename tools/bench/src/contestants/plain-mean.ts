import { resolveModel } from "@kokeshi/hub";
import { readSafetensors, tensorValues } from "@kokeshi/static-model";
import type { ModelSource } from "./contestant.js";

/** A static model as somebody without Kokeshi would hold it: a tokenizer.json and a float32 table. */
export interface PlainModel {
  tokenizerJson: string;
  /** Row-major, one row a token. */
  table: Float32Array;
  dimensions: number;
}

/** The default model, its int8 rows multiplied by their scales once, at the start: float32 is faster in a loop. */
export async function readPlainModel({ model, dimensions }: ModelSource): Promise<PlainModel> {
  const folder = await resolveModel(model);
  const { tensors } = readSafetensors(await folder.read("model.safetensors"));
  const read = (name: string) => {
    const tensor = tensors.get(name);
    const values = tensor && tensorValues(tensor);
    if (tensor === undefined || values === undefined) throw new Error(`${model} has no tensor ${name}`);
    return { values, shape: tensor.shape };
  };
  const { values, shape } = read("embedding.weight");
  const scales = read("embedding.scale").values;
  const width = shape[1] ?? NaN;
  const table = new Float32Array(scales.length * dimensions);
  for (let row = 0; row < scales.length; row++)
    for (let column = 0; column < dimensions; column++)
      table[row * dimensions + column] = (values[row * width + column] as number) * (scales[row] as number);
  return { tokenizerJson: new TextDecoder().decode(await folder.read("tokenizer.json")), table, dimensions };
}

/** Mean of the rows of each text's tokens, scaled to length 1; zeros for a text without tokens. */
export function plainMeans({ table, dimensions }: PlainModel, rows: readonly number[][]): Float32Array {
  const means = new Float32Array(rows.length * dimensions);
  for (let row = 0; row < rows.length; row++) {
    const ids = rows[row] as number[];
    const target = row * dimensions;
    for (let index = 0; index < ids.length; index++) {
      const source = (ids[index] as number) * dimensions;
      for (let column = 0; column < dimensions; column++) {
        means[target + column] = (means[target + column] as number) + (table[source + column] as number);
      }
    }
    let squares = 0;
    for (let column = 0; column < dimensions; column++) {
      const mean = (means[target + column] as number) / ids.length;
      means[target + column] = mean;
      squares += mean * mean;
    }
    const length = Math.sqrt(squares);
    for (let column = 0; column < dimensions; column++) {
      means[target + column] = length > 0 ? (means[target + column] as number) / length : 0;
    }
  }
  return means;
}
