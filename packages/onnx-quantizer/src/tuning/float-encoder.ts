import { readFile } from "node:fs/promises";
import { InvalidFileError, type ModelFolder } from "@kokeshi/core";
import { loadExternalData, readModel, type OnnxModel } from "@kokeshi/onnx";
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
    let bytes = 0;
    const counted = (file: Uint8Array): Uint8Array => {
      bytes += file.length;
      return file;
    };
    const model = readModel(counted(typeof source === "string" ? await readFile(source) : source));
    const place = path.slice(0, path.lastIndexOf("/") + 1);
    await loadExternalData(model, async (location) => counted(await folder.read(`${place}${location}`)));
    return { encoder, path: path as `${string}.onnx`, model, bytes };
  } catch (error) {
    await encoder.close();
    throw error;
  }
}
