import type { EmbeddingBackend } from "@kokeshi/core";
import { loadStaticModel } from "../load-static-model.js";
import { staticBackend } from "../static-backend.js";
import { withThreads, type ThreadOptions } from "./threaded-model.js";

/** `staticBackend`, whose models spread large calls over threads. */
export function threadedStaticBackend(options: ThreadOptions = {}): EmbeddingBackend {
  return {
    ...staticBackend,
    load: async (folder, loadOptions) => withThreads(await loadStaticModel(folder, loadOptions), options),
  };
}
