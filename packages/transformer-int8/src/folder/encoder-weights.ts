import type { ModelFolder } from "@kokeshi/core";
import { sourceOfBytes } from "./byte-source.js";
import { findGraph, type PrecisionChoice } from "./find-graph.js";
import { readLayout } from "./folder-layout.js";
import { readGraphOutline } from "./graph-outline.js";

/**
 * Paths of the weights that `loadTransformerModel` reads of a folder under this `precision`: one graph, the files that it
 * keeps weights in, and the Dense layers. Reads configuration, and the graph only where its weights are elsewhere, so
 * that a repository can be asked before it is downloaded.
 *
 * Throws NotFoundError where there is no such graph, and InvalidFileError for a `modules.json` that is none of an encoder.
 */
export async function encoderWeights(
  folder: ModelFolder,
  { precision }: { precision?: PrecisionChoice } = {},
): Promise<string[]> {
  const { transformer, modules = [] } = await readLayout(folder);
  const graph = await findGraph(folder, transformer, precision);
  const weights = [graph, ...(await externalWeights(folder, graph))];
  for (const { type, path } of modules) {
    const dense = `${path}model.safetensors`;
    if (type === "Dense" && (await folder.has(dense))) weights.push(dense);
  }
  return weights;
}

/** A graph without weights is small; it names their files, which need not all be called after it (BAAI/bge-m3). */
async function externalWeights(folder: ModelFolder, graph: string): Promise<string[]> {
  const files = (await folder.list?.()) ?? [];
  // Optimum and torch.onnx.export: model.onnx_data, model.onnx.data.
  const isExternal = files.some(
    ({ path }) => path.startsWith(`${graph}_data`) || path.startsWith(`${graph}.data`),
  );
  if (!isExternal) return [];
  const outline = readGraphOutline(sourceOfBytes(await folder.read(graph)), `${graph} of ${folder.modelId}`);
  const place = graph.slice(0, graph.lastIndexOf("/") + 1);
  return Array.from(outline.externalFiles, (file) => `${place}${file}`);
}
