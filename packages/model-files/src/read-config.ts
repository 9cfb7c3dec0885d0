import { InvalidFileError, readJson, type ModelFolder } from "@kokeshi/core";
import { ShapeError, type Shape } from "./json-shape.js";

/** Reads a JSON file of a folder and checks its shape. Throws InvalidFileError naming the key at fault. */
export async function readConfig<Value>(
  folder: ModelFolder,
  path: string,
  shape: Shape<Value>,
): Promise<Value> {
  const json = await readJson(folder, path);
  try {
    return shape(json, []);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new InvalidFileError({
      part: "model-files",
      problem: `${path} of ${folder.modelId} is not what it should be: ${cause.message}`,
      remedy: "download or export the model again",
    });
  }
}

/** As `readConfig`, with `undefined` where there is no such file. */
export async function readConfigIfPresent<Value>(
  folder: ModelFolder,
  path: string,
  shape: Shape<Value>,
): Promise<Value | undefined> {
  return (await folder.has(path)) ? readConfig(folder, path, shape) : undefined;
}
