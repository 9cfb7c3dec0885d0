import { Embeddings, truncateDimensions } from "@kokeshi/core";
import type { StaticEmbeddingModel } from "@kokeshi/static-model";
import { fitPrincipalComponents, projectRows } from "../linear/principal-components.js";

/** The first `dimensions` components of each vector: for models trained with Matryoshka sizes. */
export function firstDimensions(model: StaticEmbeddingModel, dimensions: number): StaticEmbeddingModel {
  const { data } = truncateDimensions(new Embeddings(model.table, model.dimensions), dimensions);
  return { ...model, table: data, dimensions };
}

/**
 * The table in its first principal components. The table is not centred, so that all components together keep every
 * cosine as it is, and few keep dot products as well as so few numbers can.
 */
export async function principalDimensions(
  model: StaticEmbeddingModel,
  dimensions: number,
  { signal }: { signal?: AbortSignal } = {},
): Promise<StaticEmbeddingModel> {
  const components = await fitPrincipalComponents(model.table, model.dimensions, dimensions, {
    center: false,
    signal,
  });
  return { ...model, table: await projectRows(model.table, components, signal), dimensions };
}
