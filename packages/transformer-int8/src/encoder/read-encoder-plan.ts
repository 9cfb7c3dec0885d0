import { join } from "node:path";
import { InvalidArgumentError, type ModelFolder } from "@kokeshi/core";
import { sourceOfBytes, withFile } from "../folder/byte-source.js";
import { findGraph, type PrecisionChoice } from "../folder/find-graph.js";
import { readLayout } from "../folder/folder-layout.js";
import { readGraphOutline } from "../folder/graph-outline.js";
import { inspectGraph } from "../folder/inspect-graph.js";
import { readLayers } from "../folder/read-layers.js";
import { poolingModes } from "../folder/read-pooling.js";
import { readTransformerSettings } from "../folder/token-limit.js";
import { invalidModel, part } from "../invalid-model.js";
import type { EncoderPlan, GraphFile, PoolingMode } from "./encoder-plan.js";

export interface EncoderPlanOptions {
  /** Which of the folder's graphs. Default: "auto", the best INT8 graph for this processor, else float32. */
  precision?: PrecisionChoice;
  /** Shorter limit on the input, in tokens. */
  maxTokens?: number;
  /** Overrules the folder, for one without `modules.json`, which gets the mean. */
  pooling?: PoolingMode;
  signal?: AbortSignal;
}

/**
 * Reads and checks all configuration of a folder, and looks at its graph, but not at the weights.
 *
 * Throws InvalidFileError for a file that is not what it claims to be, NotFoundError for one that is missing,
 * InvalidArgumentError for an option out of range.
 */
export async function readEncoderPlan(
  folder: ModelFolder,
  { precision, maxTokens, pooling, signal }: EncoderPlanOptions = {},
): Promise<EncoderPlan> {
  requireOptions(maxTokens, pooling);
  const layout = await readLayout(folder);
  const settings = await readTransformerSettings(folder, layout.transformer);
  const layers = await readLayers(folder, layout, pooling);
  signal?.throwIfAborted();
  const graph = await readGraph(folder, await findGraph(folder, layout.transformer, precision));
  signal?.throwIfAborted();
  const limit = Math.min(maxTokens ?? Infinity, settings.maxTokens ?? Infinity);
  return {
    modelId: folder.modelId,
    graph,
    tokenizer: {
      subfolder: layout.transformer,
      maxTokens: limit === Infinity ? undefined : limit,
      lowerCase: settings.lowerCase,
      strip: layout.modules !== undefined,
    },
    ...layers,
    padId: settings.padId,
    firstPosition: settings.firstPosition,
  };
}

function requireOptions(maxTokens: number | undefined, pooling: string | undefined): void {
  if (maxTokens !== undefined && (!Number.isInteger(maxTokens) || maxTokens < 1)) {
    throw new InvalidArgumentError({
      part,
      problem: `maxTokens is ${maxTokens}`,
      remedy: "use a whole number of at least 1",
    });
  }
  if (pooling !== undefined && !(poolingModes as readonly string[]).includes(pooling)) {
    throw new InvalidArgumentError({
      part,
      problem: `pooling is ${JSON.stringify(pooling)}`,
      remedy: `use one of ${poolingModes.join(", ")}`,
    });
  }
}

async function readGraph(folder: ModelFolder, path: string): Promise<GraphFile> {
  const fileName = `${path} of ${folder.modelId}`;
  const source = folder.localPath === undefined ? await folder.read(path) : join(folder.localPath, path);
  const outline =
    typeof source === "string"
      ? withFile(source, (file) => readGraphOutline(file, fileName))
      : readGraphOutline(sourceOfBytes(source), fileName);
  const place = path.slice(0, path.lastIndexOf("/") + 1);
  const externalFiles = [...outline.externalFiles];
  for (const file of externalFiles) {
    if (await folder.has(`${place}${file}`)) continue;
    throw invalidModel(
      `${fileName} keeps weights in ${file}, which is not beside it`,
      `put ${file} into the folder of ${path}`,
    );
  }
  const graph = { path, source, ...inspectGraph(outline) };
  if (typeof source === "string") return { ...graph, externalFiles };
  const externalData = await Promise.all(
    externalFiles.map(async (file) => ({ path: file, data: await folder.read(`${place}${file}`) })),
  );
  return { ...graph, ...(externalData.length > 0 && { externalData }) };
}
