import type { ExternalFiles } from "../external-files.js";
import type { OnnxModel, OnnxTensor } from "../model.js";
import { writeModel } from "../write-model.js";
import type { OnnxRuntimeOptions } from "./onnx-runtime.js";

/** What ONNX Runtime opens a model from, whatever its size and wherever its weights are. */
export interface SessionSource {
  bytes: Uint8Array;
  /** To be given to `InferenceSession.create` with the bytes. */
  options: Pick<OnnxRuntimeOptions, "externalData" | "extra">;
}

/** Protobuf's limit, less some room for what is not weights. */
const longestInline = 2 ** 31 - 2 ** 26;
/** As in `writeModelFiles`: shorter tensors are for shape inference to see. */
const smallestExternal = 1024;

/**
 * A model as bytes, without copying weights that need not be: those of attached files on disk are left for ONNX Runtime to
 * map into memory, and those of a model that is longer than protobuf allows are passed beside it.
 */
export function sessionSource(
  model: OnnxModel,
  { longest = longestInline }: { longest?: number } = {},
): SessionSource {
  const attached = model.graph.initializers.filter(({ external }) => external?.files !== undefined);
  if (attached.length > 0) return sourceWithFiles(model, attached);
  const weights = model.graph.initializers.reduce((sum, { data }) => sum + data.length, 0);
  if (weights <= longest) return { bytes: writeModel(model), options: {} };
  const externalData: { path: string; data: Uint8Array }[] = [];
  const bytes = writeModel(
    withInitializers(model, (tensor) => {
      const { data } = tensor;
      if (tensor.external !== undefined || data.length < smallestExternal) return tensor;
      const location = `weights/${externalData.length}`;
      externalData.push({ path: location, data });
      return { ...tensor, external: { location, offset: 0, length: data.length } };
    }),
  );
  return { bytes, options: { externalData } };
}

function sourceWithFiles(model: OnnxModel, attached: readonly OnnxTensor[]): SessionSource {
  const places = attached.flatMap(({ external }) => external ?? []);
  const files = new Map(places.map(({ location, files }) => [location, files as ExternalFiles]));
  // Without a way to read them they are left where they are.
  const bytes = writeModel(
    withInitializers(model, ({ external, ...tensor }) =>
      external === undefined ? tensor : { ...tensor, external: { ...external, files: undefined } },
    ),
  );
  const [folder, ...others] = new Set(Array.from(files.values(), (held) => held.folder));
  // ONNX Runtime follows no links that leave the folder, as those of a Hugging Face cache do.
  const hasLinks = Array.from(files).some(([location, held]) => held.isLink?.(location) === true);
  if (folder !== undefined && others.length === 0 && !hasLinks) {
    return {
      bytes,
      options: { extra: { session: { model_external_initializers_file_folder_path: folder } } },
    };
  }
  const externalData = Array.from(files, ([path, held]) => ({
    path,
    data: held.read(path, 0, held.size(path)),
  }));
  return { bytes, options: { externalData } };
}

function withInitializers(model: OnnxModel, change: (tensor: OnnxTensor) => OnnxTensor): OnnxModel {
  return { ...model, graph: { ...model.graph, initializers: model.graph.initializers.map(change) } };
}
