import type { EmbeddingBackend, LoadOptions } from "./embedding-backend.js";
import type { EmbeddingModel } from "./embedding-model.js";
import { InvalidArgumentError, InvalidFileError } from "./errors.js";
import type { ModelFolder } from "./model-folder.js";

export interface BackendRegistry {
  readonly backends: readonly EmbeddingBackend[];
  /** The first backend that recognises the folder. */
  find(folder: ModelFolder): Promise<EmbeddingBackend | undefined>;
  /** Opens the folder with the backend that recognises it. Throws InvalidFileError when none does. */
  open(folder: ModelFolder, options?: LoadOptions): Promise<OpenedModel>;
}

export interface OpenedModel {
  model: EmbeddingModel;
  backend: EmbeddingBackend;
}

/** Backends are asked in the order given. */
export function createBackendRegistry(backends: readonly EmbeddingBackend[]): BackendRegistry {
  const names = backends.map((backend) => backend.name);
  if (new Set(names).size !== names.length) {
    throw new InvalidArgumentError({
      part: "core",
      problem: `two backends share a name (${names.join(", ")})`,
      remedy: "register each backend once",
    });
  }

  async function find(folder: ModelFolder): Promise<EmbeddingBackend | undefined> {
    for (const backend of backends) {
      if (await backend.detect(folder)) return backend;
    }
    return undefined;
  }

  return {
    backends,
    find,
    async open(folder, options) {
      const backend = await find(folder);
      if (backend === undefined) {
        throw new InvalidFileError({
          part: "core",
          problem: `no backend recognises ${folder.modelId} (asked: ${names.join(", ") || "none"})`,
          remedy: "check that the folder holds a complete model, or register the backend that opens it",
        });
      }
      return { model: await backend.load(folder, options), backend };
    },
  };
}
