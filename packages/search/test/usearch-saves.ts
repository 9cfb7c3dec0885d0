import type { Embeddings } from "@kokeshi/core";
import { randomVectors } from "../src/fixtures/random-vectors.js";

export const itemsPerSave = 400;
export const dimensions = 64;

/** What save `number` holds: vectors that no other has. */
export function vectorsOfSave(number: number): Embeddings {
  return randomVectors(itemsPerSave, dimensions, number + 1);
}
