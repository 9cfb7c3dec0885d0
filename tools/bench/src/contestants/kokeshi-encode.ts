import { createBackendRegistry, embed, type Embeddings } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import type { Contestant } from "./contestant.js";
import { firstRows } from "./first-rows.js";

/** As the README shows it, with no option set. */
export async function openKokeshiModel(reference: string): Promise<Contestant<Embeddings>> {
  const { model } = await createBackendRegistry([staticBackend]).open(await resolveModel(reference));
  return {
    path: model.description?.tokenizerPath,
    run: async (texts) => (await embed(model, texts)).embeddings,
    answer: ({ data, dimensions }) => firstRows(data, dimensions),
    close: () => model.close(),
  };
}
