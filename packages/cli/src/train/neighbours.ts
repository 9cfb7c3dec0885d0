import type { NeighbourOptions } from "@kokeshi/training";
import type { CommandContext } from "../command-context.js";
import { UsageError } from "../usage-error.js";
import { tokenizerOf, withStaticModel } from "./read-static-model.js";
import type { StartModel } from "./start-model.js";
import type { NeighbourConfig } from "./training-config.js";

/** Vectors by which pairs are alike, of the vocabulary of `start`. Throws UsageError for a model of another one. */
export async function openNeighbours(
  { model, groupSize, share }: NeighbourConfig,
  start: StartModel,
  context: CommandContext,
): Promise<NeighbourOptions> {
  // The configuration asks for a model where the start has no table.
  if (model === undefined) return { table: start.table as Float32Array, groupSize, share };
  return withStaticModel(model, context, (read, opened) => {
    const other = tokenizerOf(read);
    const known = start.tokenizer.vocabulary();
    const same =
      read.table.length === start.vocabularySize * read.dimensions &&
      [...other.vocabulary()].every(([token, id]) => known.get(token) === id);
    if (!same)
      throw new UsageError(
        `the vocabulary of ${opened.model.modelId}, the model of neighbours, is not that of the model to begin with`,
        "name a model with the same tokenizer",
      );
    return { table: read.table, groupSize, share };
  });
}
