import { createBackendRegistry, embed, type Embeddings } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { threadedStaticBackend } from "@kokeshi/static-model/threads";
import type { Contestant, ModelSource } from "./contestant.js";
import { firstRows } from "./first-rows.js";

/** The main thread and one more. */
export async function openTwoThreads({
  model: reference,
  dimensions,
}: ModelSource): Promise<Contestant<Embeddings>> {
  const backend = threadedStaticBackend({ threads: 2 });
  const folder = await resolveModel(reference);
  const { model } = await createBackendRegistry([backend]).open(folder, { dimensions });
  return {
    path: model.description?.tokenizerPath,
    run: async (texts) => (await embed(model, texts)).embeddings,
    answer: ({ data }) => firstRows(data, dimensions),
    close: () => model.close(),
  };
}
