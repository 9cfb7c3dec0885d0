import type { ModelFolder } from "@kokeshi/core";
import { findGraph, type PrecisionChoice } from "./find-graph.js";
import { readLayout } from "./folder-layout.js";

/**
 * Paths of the weights that `loadTransformerModel` reads of a folder under this `precision`: one graph, the weights that
 * exporters keep beside it (`model.onnx_data`), and the Dense layers. Reads configuration only, so that a repository can
 * be asked before it is downloaded.
 *
 * Throws NotFoundError where there is no such graph, and InvalidFileError for a `modules.json` that is none of an encoder.
 */
export async function encoderWeights(
  folder: ModelFolder,
  { precision }: { precision?: PrecisionChoice } = {},
): Promise<string[]> {
  const { transformer, modules = [] } = await readLayout(folder);
  const graph = await findGraph(folder, transformer, precision);
  const files = (await folder.list?.()) ?? [];
  // Optimum and torch.onnx.export: model.onnx_data, model.onnx_data_1, model.onnx.data.
  const beside = files.filter(
    ({ path }) => path.startsWith(`${graph}_data`) || path.startsWith(`${graph}.data`),
  );
  const weights = [graph, ...beside.map(({ path }) => path)];
  for (const { type, path } of modules) {
    const dense = `${path}model.safetensors`;
    if (type === "Dense" && (await folder.has(dense))) weights.push(dense);
  }
  return weights;
}
