import { resolveModel } from "@kokeshi/hub";
import { readSafetensors, tensorValues } from "@kokeshi/static-model";
import type { ModelSource } from "./contestant.js";

/** A static model as somebody without Kokeshi would hold it: a tokenizer.json and a float32 table. */
export interface PlainModel {
  tokenizerJson: string;
  /** Row-major, one row a token. */
  table: Float32Array;
  dimensions: number;
  /** Counts of the tokens of a text, zeros between texts; where n occurrences weigh 1 + ln n. */
  counts?: Uint32Array;
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
  const text = async (path: string) => new TextDecoder().decode(await folder.read(path));
  const { term_frequency: termFrequency } = JSON.parse(await text("config.json")) as {
    term_frequency?: string;
  };
  return {
    tokenizerJson: await text("tokenizer.json"),
    table,
    dimensions,
    ...(termFrequency === "sublinear" ? { counts: new Uint32Array(scales.length) } : {}),
  };
}

/** Mean of the rows of each text's tokens, scaled to length 1; zeros for a text without tokens. */
export function plainMeans(
  { table, dimensions, counts }: PlainModel,
  rows: readonly number[][],
): Float32Array {
  const means = new Float32Array(rows.length * dimensions);
  for (let row = 0; row < rows.length; row++) {
    const tokens = rows[row] as number[];
    const target = row * dimensions;
    let total = 0;
    if (counts !== undefined) for (const id of tokens) counts[id] = (counts[id] as number) + 1;
    for (let index = 0; index < tokens.length; index++) {
      const id = tokens[index] as number;
      let weight = 1;
      if (counts !== undefined) {
        const count = counts[id] as number;
        if (count === 0) continue;
        counts[id] = 0;
        if (count > 1) weight = 1 + Math.log(count);
      }
      total += weight;
      const source = id * dimensions;
      for (let column = 0; column < dimensions; column++) {
        means[target + column] =
          (means[target + column] as number) + weight * (table[source + column] as number);
      }
    }
    let squares = 0;
    for (let column = 0; column < dimensions; column++) {
      const mean = (means[target + column] as number) / total;
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
