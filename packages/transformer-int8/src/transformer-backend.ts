import type { EmbeddingBackend, ModelFolder } from "@kokeshi/core";
import { readConfigIfPresent } from "@kokeshi/model-files";
import { modelConfigShape, modulesShape } from "./folder/config-shapes.js";
import { loadTransformerModel, type TransformerOptions } from "./load-transformer-model.js";

export interface TransformerBackend extends EmbeddingBackend {
  load(folder: ModelFolder, options?: TransformerOptions): ReturnType<typeof loadTransformerModel>;
}

/**
 * Recognises folders that begin with a Transformer module, with or without an ONNX graph, which is then asked for, and
 * folders without modules that have a graph.
 */
export const transformerBackend: TransformerBackend = {
  name: "transformer-int8",
  async detect(folder) {
    const modules = await readConfigIfPresent(folder, "modules.json", modulesShape);
    if (modules !== undefined) return modules[0]?.type.split(".").at(-1) === "Transformer";
    const config = await readConfigIfPresent(folder, "config.json", modelConfigShape);
    // Static models may come with a graph, too.
    if (config === undefined || /^(?:model2vec|kokeshi-static)$/.test(config.model_type ?? "")) return false;
    return hasGraph(folder);
  },
  load: loadTransformerModel,
};

async function hasGraph(folder: ModelFolder): Promise<boolean> {
  const files = await folder.list?.();
  if (files !== undefined) return files.some(({ path }) => /^(?:onnx\/)?[^/]+\.onnx$/.test(path));
  return (await folder.has("onnx/model.onnx")) || (await folder.has("model.onnx"));
}
