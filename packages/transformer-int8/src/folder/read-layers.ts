import type { ModelFolder } from "@kokeshi/core";
import type { LayerPlan, PoolingMode, PoolingPlan } from "../encoder/encoder-plan.js";
import { invalidModel } from "../invalid-model.js";
import type { FolderLayout, FolderModule } from "./folder-layout.js";
import { readDense } from "./read-dense.js";
import { readPooling } from "./read-pooling.js";

/**
 * What follows the transformer. A folder without `modules.json` gets the mean of its tokens, as sentence-transformers
 * gives it; `pooling` overrules that.
 */
export async function readLayers(
  folder: ModelFolder,
  { modules }: FolderLayout,
  pooling: PoolingMode | undefined,
): Promise<{ pooling: PoolingPlan; layers: LayerPlan[] }> {
  const [first, ...others] = modules ?? [];
  const inFolder = first === undefined ? undefined : await readFirst(folder, first);
  const layers: LayerPlan[] = [];
  for (const module of others) {
    if (module.type === "Dense") layers.push(await readDense(folder, module.path));
    else if (module.type === "Normalize") layers.push({ type: "normalize" });
    // Dropout does nothing outside training.
    else if (module.type !== "Dropout") throw unknownModule(folder, module);
  }
  const ofFolder = inFolder ?? { modes: ["mean"], includePrompt: true, tokenWidth: undefined };
  if (pooling === undefined || ofFolder.modes.join() === pooling) return { pooling: ofFolder, layers };
  return { pooling: { ...ofFolder, modes: [pooling], overruled: true }, layers };
}

function readFirst(folder: ModelFolder, module: FolderModule): Promise<PoolingPlan> {
  if (module.type !== "Pooling") throw unknownModule(folder, module);
  return readPooling(folder, module.path);
}

function unknownModule(folder: ModelFolder, { type }: FolderModule) {
  return invalidModel(
    `modules.json of ${folder.modelId} has a ${type} where this backend does not know what to do with it`,
    "this backend opens a Transformer, then a Pooling, then any of Dense, Normalize and Dropout",
  );
}
