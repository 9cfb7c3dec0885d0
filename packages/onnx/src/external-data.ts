import { InvalidFileError } from "@kokeshi/core";
import { everyTensor } from "./every-graph.js";
import type { OnnxModel, OnnxTensor } from "./model.js";

/** Reads a file beside the model, by its path relative to the model's folder; always inside that folder. */
export type ReadExternalFile = (location: string) => Promise<Uint8Array>;

/**
 * Brings in the tensors that lie in other files, in place. Each file is read once, and the tensors are views of it.
 * Throws InvalidFileError when a file ends before a tensor does.
 */
export async function loadExternalData(model: OnnxModel, readFile: ReadExternalFile): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const tensor of everyTensor(model)) {
    const { external } = tensor;
    if (external === undefined) continue;
    let file = files.get(external.location);
    if (file === undefined) {
      file = await readFile(external.location);
      files.set(external.location, file);
    }
    bringIn(tensor, file, external);
  }
}

function bringIn(
  tensor: OnnxTensor,
  file: Uint8Array,
  { location, offset, length }: NonNullable<OnnxTensor["external"]>,
): void {
  if (offset + length > file.length) {
    throw new InvalidFileError({
      part: "onnx",
      problem: `${location} has ${file.length} bytes, and the tensor ${tensor.name} ends at ${offset + length}`,
      remedy: "download or export the model again",
    });
  }
  tensor.data = file.subarray(offset, offset + length);
  delete tensor.external;
}
