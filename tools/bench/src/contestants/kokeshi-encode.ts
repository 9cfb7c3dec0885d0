import { createBackendRegistry, embed, type Embeddings } from "@kokeshi/core";
import { resolveModel } from "@kokeshi/hub";
import { staticBackend } from "@kokeshi/static-model";
import type { Contestant, ModelSource } from "./contestant.js";
import { firstRows } from "./first-rows.js";

export async function openKokeshiModel({
  model: reference,
  dimensions,
}: ModelSource): Promise<Contestant<Embeddings>> {
  const folder = await resolveModel(reference);
  const { model } = await createBackendRegistry([staticBackend]).open(folder, { dimensions });
  return {
    path: model.description?.tokenizerPath,
    run: async (texts) => (await embed(model, texts)).embeddings,
    answer: ({ data }) => firstRows(data, dimensions),
    close: () => model.close(),
  };
}
