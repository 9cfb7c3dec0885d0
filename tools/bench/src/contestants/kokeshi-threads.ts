import { createBackendRegistry, embed, type Embeddings } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { threadedStaticBackend } from "@kokeshi/static-model/threads";
import type { Contestant } from "./contestant.js";
import { firstRows } from "./first-rows.js";

/** The main thread and one more. */
export async function openTwoThreads(reference: string): Promise<Contestant<Embeddings>> {
  const backend = threadedStaticBackend({ threads: 2 });
  const { model } = await createBackendRegistry([backend]).open(await resolveModel(reference));
  return {
    path: model.description?.tokenizerPath,
    run: async (texts) => (await embed(model, texts)).embeddings,
    answer: ({ data, dimensions }) => firstRows(data, dimensions),
    close: () => model.close(),
  };
}
