import { InvalidArgumentError } from "@kokeshi/core";
import type { Model2VecModel, StaticEmbeddingModel } from "@kokeshi/static-model";
import { MostAlikeRows } from "../linear/most-alike-rows.js";
import { createRandom } from "../random.js";

export interface ClusterVocabularyOptions {
  /** Rounds of k-means. Default: 10. */
  rounds?: number;
  /** The same seed gives the same rows. Default: 1. */
  seed?: number;
  signal?: AbortSignal;
}

/**
 * A model whose tokens share `size` rows: Model2Vec's vocabulary quantization, for `model2VecFiles`. All tokens stay; the
 * vector of each is a weight times the row of its cluster, the weight that comes closest to what the vector was. Clusters
 * are those of spherical k-means (Dhillon and Modha 2001): tokens of a like direction, whatever their length, and centres
 * in which long vectors count more.
 */
export async function clusterVocabulary(
  model: StaticEmbeddingModel,
  size: number,
  { rounds = 10, seed = 1, signal }: ClusterVocabularyOptions = {},
): Promise<Model2VecModel> {
  const { table, dimensions } = model;
  const tokens = table.length / dimensions;
  const directions = unitRows(table, dimensions);
  const nonZero = Uint32Array.from({ length: tokens }, (_, token) => token).filter((token) =>
    directions.subarray(token * dimensions, (token + 1) * dimensions).some((value) => value !== 0),
  );
  if (!(Number.isInteger(size) && size >= 1 && size <= nonZero.length)) {
    throw new InvalidArgumentError({
      part: "training",
      problem: `${nonZero.length} tokens with vectors cannot share ${size} rows`,
      remedy: `use a whole number from 1 to ${nonZero.length}`,
    });
  }
  const random = createRandom(seed);
  const centres = new Float32Array(size * dimensions);
  const setCentre = (centre: number, token: number): void =>
    centres.set(directions.subarray(token * dimensions, (token + 1) * dimensions), centre * dimensions);
  // Fisher and Yates, as far as it is needed: so many different tokens.
  for (let centre = 0; centre < size; centre++) {
    const other = centre + Math.floor(random() * (nonZero.length - centre));
    const token = nonZero[other] as number;
    nonZero[other] = nonZero[centre] as number;
    nonZero[centre] = token;
    setCentre(centre, token);
  }

  const search = await MostAlikeRows.create();
  let mapping: Int32Array;
  try {
    mapping = await search.find(directions, centres, dimensions, signal);
    for (let round = 0; round < rounds; round++) {
      const sums = sumsOfClusters(table, mapping, size, dimensions);
      const moved = unitRows(sums, dimensions);
      for (let centre = 0; centre < size; centre++) {
        const row = moved.subarray(centre * dimensions, (centre + 1) * dimensions);
        if (row.some((value) => value !== 0)) centres.set(row, centre * dimensions);
        // An empty cluster begins anew at any token.
        else setCentre(centre, nonZero[Math.floor(random() * nonZero.length)] as number);
      }
      mapping = await search.find(directions, centres, dimensions, signal);
    }
  } finally {
    await search.close();
  }
  const weights = Float64Array.from(mapping, (centre, token) => {
    let dot = 0;
    for (let k = 0; k < dimensions; k++)
      dot += (table[token * dimensions + k] as number) * (centres[centre * dimensions + k] as number);
    return dot;
  });
  return { ...model, table: centres, mapping, weights };
}

function unitRows(rows: Float32Array, dimensions: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dimensions) {
    const length = Math.hypot(...rows.subarray(start, start + dimensions));
    if (length === 0) continue;
    for (let k = start; k < start + dimensions; k++) unit[k] = (rows[k] as number) / length;
  }
  return unit;
}

function sumsOfClusters(
  table: Float32Array,
  mapping: Int32Array,
  size: number,
  dimensions: number,
): Float32Array {
  const sums = new Float32Array(size * dimensions);
  mapping.forEach((centre, token) => {
    const target = centre * dimensions;
    const source = token * dimensions;
    for (let k = 0; k < dimensions; k++)
      sums[target + k] = (sums[target + k] as number) + (table[source + k] as number);
  });
  return sums;
}
