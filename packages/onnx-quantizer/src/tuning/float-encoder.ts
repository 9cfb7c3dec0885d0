import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidFileError, type ModelFolder } from "@kokeshi/core";
import {
  attachExternalData,
  externalFilesIn,
  externalFilesOf,
  externalLocations,
  type ExternalFiles,
  type OnnxModel,
  readModel,
} from "@kokeshi/onnx";
import { type Encoder, openEncoder, type PoolingMode } from "@kokeshi/transformer-int8";
import { part } from "../part.js";

export interface FloatEncoderOptions {
  /** Path of the float32 graph in the folder. Default: the one there is. */
  graph?: `${string}.onnx`;
  /** For folders without `modules.json`, which get the mean. */
  pooling?: PoolingMode;
  signal?: AbortSignal;
}

/** The float32 model of a folder: opened to run on the calling thread, and as a graph to change. */
export interface FloatEncoder {
  encoder: Encoder;
  /** Path of the graph in the folder. */
  path: `${string}.onnx`;
  model: OnnxModel;
  /** Of the graph and of files with weights beside it. */
  bytes: number;
}

/**
 * Opens the float32 graph of a model folder. Throws NotFoundError where there is none, InvalidFileError for one that is
 * quantized or halved already, and for whatever else of the folder is not what it claims to be.
 */
export async function openFloatEncoder(
  folder: ModelFolder,
  { graph, pooling, signal }: FloatEncoderOptions,
): Promise<FloatEncoder> {
  const encoder = await openEncoder(folder, { precision: graph ?? "float32", pooling, threads: 1, signal });
  try {
    const { path, source, precision } = encoder.plan.graph;
    if (precision !== "float32") {
      throw new InvalidFileError({
        part,
        problem: `${path} of ${folder.modelId} is ${precision} already`,
        remedy: "give a folder with the float32 graph, as torch.onnx.export or Optimum writes it",
      });
    }
    const file = typeof source === "string" ? await readFile(source) : source;
    const model = readModel(file);
    const locations = externalLocations(model);
    // Weights on disk stay there, and are read a layer at a time.
    const files =
      typeof source === "string"
        ? externalFilesIn(dirname(source))
        : await filesInMemory(folder, path.slice(0, path.lastIndexOf("/") + 1), locations);
    attachExternalData(model, files);
    const bytes = Array.from(locations).reduce((sum, name) => sum + files.size(name), file.length);
    return { encoder, path: path as `${string}.onnx`, model, bytes };
  } catch (error) {
    await encoder.close();
    throw error;
  }
}

async function filesInMemory(
  folder: ModelFolder,
  place: string,
  locations: ReadonlySet<string>,
): Promise<ExternalFiles> {
  const contents = new Map<string, Uint8Array>();
  for (const location of locations) contents.set(location, await folder.read(`${place}${location}`));
  return externalFilesOf(contents);
}
