import type { EmbeddingModel } from "./embedding-model.js";
import type { ModelFolder } from "./model-folder.js";

/** Opens the folders of one family of models. */
export interface EmbeddingBackend {
  /** "static", "transformer-int8", … */
  readonly name: string;
  /** Whether this backend can open the folder. Looks at file names and small configuration files only. */
  detect(folder: ModelFolder): Promise<boolean>;
  /** Loads the model. Throws InvalidFileError for a file that is not what it claims to be. */
  load(folder: ModelFolder, options?: LoadOptions): Promise<EmbeddingModel>;
}

/** Options every backend understands; a backend may take more. */
export interface LoadOptions {
  /** Shorter limit on the input, in tokens. */
  maxTokens?: number;
  /**
   * Load no more than the first so many components of the vectors, where that saves work: of a static Matryoshka model,
   * memory and time of all the others. A backend that saves nothing by it may load them all; `embed` has the option for any model.
   */
  dimensions?: number;
  signal?: AbortSignal;
}
