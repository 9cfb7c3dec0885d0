import { InvalidFileError } from "@kokeshi/core";
import { everyTensor } from "./every-graph.js";
import { externalFilesOf, type ExternalFiles } from "./external-files.js";
import type { ExternalTensorData, OnnxModel, OnnxTensor } from "./model.js";

/** Reads a file beside the model, by its path relative to the model's folder; always inside that folder. */
export type ReadExternalFile = (location: string) => Promise<Uint8Array>;

/**
 * Brings in the tensors that lie in other files, in place. Each file is read once, and the tensors are views of it.
 * Throws InvalidFileError when a file ends before a tensor does, or tensors overlap.
 */
export async function loadExternalData(model: OnnxModel, readFile: ReadExternalFile): Promise<void> {
  const contents = new Map<string, Uint8Array>();
  for (const location of externalLocations(model)) contents.set(location, await readFile(location));
  attachExternalData(model, externalFilesOf(contents));
  for (const tensor of everyTensor(model)) {
    const { external } = tensor;
    if (external?.files === undefined) continue;
    tensor.data = external.files.read(external.location, external.offset, external.length);
    delete tensor.external;
  }
}

/**
 * Lets the tensors that lie in other files be read when they are asked for (`tensorElements`, and writers), one at a time
 * and without being kept: a model larger than memory can be edited. Every place is checked first; throws
 * NotFoundError for a file that is missing, and InvalidFileError for one that ends before a tensor does, and for tensors
 * that overlap without being the same.
 */
export function attachExternalData(model: OnnxModel, files: ExternalFiles): void {
  const places = new Map<string, Placed[]>();
  for (const tensor of everyTensor(model)) {
    const { external } = tensor;
    if (external === undefined) continue;
    const inFile = places.get(external.location);
    if (inFile === undefined) places.set(external.location, [{ tensor, external }]);
    else inFile.push({ tensor, external });
  }
  for (const [location, inFile] of places) requirePlaces(location, files.size(location), inFile);
  for (const { tensor, external } of [...places.values()].flat()) tensor.external = { ...external, files };
}

/** The files that hold tensors of a model. */
export function externalLocations(model: OnnxModel): Set<string> {
  const locations = new Set<string>();
  for (const { external } of everyTensor(model)) if (external !== undefined) locations.add(external.location);
  return locations;
}

interface Placed {
  tensor: OnnxTensor;
  external: ExternalTensorData;
}

function requirePlaces(location: string, size: number, places: readonly Placed[]): void {
  let last: Placed | undefined;
  const ordered = [...places].sort((a, b) => a.external.offset - b.external.offset);
  for (const placed of ordered) {
    const { tensor, external } = placed;
    const end = external.offset + external.length;
    if (end > size) {
      throw damaged(`${location} has ${size} bytes, and the tensor ${tensor.name} ends at ${end}`);
    }
    if (external.length === 0) continue;
    if (last !== undefined && external.offset < last.external.offset + last.external.length) {
      const { offset, length } = last.external;
      // Tied weights are written once.
      if (offset === external.offset && length === external.length) continue;
      throw damaged(`the tensors ${last.tensor.name} and ${tensor.name} overlap in ${location}`);
    }
    last = placed;
  }
}

function damaged(problem: string): InvalidFileError {
  return new InvalidFileError({ part: "onnx", problem, remedy: "download or export the model again" });
}
