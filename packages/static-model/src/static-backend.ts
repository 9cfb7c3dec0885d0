import type { EmbeddingBackend } from "@kokeshi/core";
import { findFamily } from "./folder-family.js";
import { loadStaticModel } from "./load-static-model.js";

/** Opens StaticEmbedding, Model2Vec and Kokeshi's own int8 folders. */
export const staticBackend: EmbeddingBackend = {
  name: "static",
  detect: async (folder) => (await findFamily(folder)) !== undefined,
  load: loadStaticModel,
};
