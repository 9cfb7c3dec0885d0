import { Embeddings } from "@kokeshi/core";
import type { WeighedTokens } from "@kokeshi/static-model";
import { meanOfRows } from "../mean-of-rows.js";

/** The vectors a table gives to some texts, not normalised: one row a text. */
export function textVectors(
  table: Float32Array,
  dimensions: number,
  tokens: WeighedTokens,
  texts = Uint32Array.from({ length: tokens.starts.length - 1 }, (_, index) => index),
): Embeddings {
  const vectors = Embeddings.zeros(texts.length, dimensions);
  meanOfRows(table, dimensions, tokens, texts, vectors.data);
  return vectors;
}
