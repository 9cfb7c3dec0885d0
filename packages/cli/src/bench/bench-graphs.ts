import { NotFoundError, type ModelFolder } from "@kokeshi/core";
import { encoderWeights, type PrecisionChoice, transformerBackend } from "@kokeshi/transformer-int8";
import { backends } from "../backends.js";
import { neededWeights } from "../needed-weights.js";

/** What to measure of a model: `undefined` for a static one, which has no graphs. */
export type BenchGraph = PrecisionChoice | undefined;

const compared = ["float32", "int8"] as const;

/** Float32 and the best INT8 graph for this processor, as far as the model has them, or else what it has. */
export async function benchGraphs(folder: ModelFolder): Promise<BenchGraph[]> {
  if ((await backends.find(folder)) !== transformerBackend) return [undefined];
  const graphs: PrecisionChoice[] = [];
  for (const precision of compared) if (await has(folder, precision)) graphs.push(precision);
  return graphs.length > 0 ? graphs : ["auto"];
}

/** The weights to download for all of them. */
export async function benchWeights(
  repository: Parameters<typeof neededWeights>[0],
  graphs?: readonly BenchGraph[],
): Promise<string[]> {
  const weights = new Set<string>();
  for (const graph of graphs ?? (await benchGraphs(repository))) {
    for (const path of await neededWeights(repository, graph)) weights.add(path);
  }
  return [...weights];
}

async function has(folder: ModelFolder, precision: PrecisionChoice): Promise<boolean> {
  try {
    await encoderWeights(folder, { precision });
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
