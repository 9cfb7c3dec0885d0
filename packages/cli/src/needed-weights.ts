import { modelFiles, type RepositoryFolder } from "@kokeshi/hub";
import { encoderWeights, type PrecisionChoice, transformerBackend } from "@kokeshi/transformer-int8";
import { backends } from "./backends.js";

const tables = modelFiles({ weights: ["safetensors"] });

/** The weights to download of a repository: one graph of an encoder's many, the table of a static model. */
export async function neededWeights(
  repository: RepositoryFolder,
  graph?: PrecisionChoice,
): Promise<readonly string[]> {
  const backend = await backends.find(repository);
  if (backend === transformerBackend) return encoderWeights(repository, { precision: graph });
  return (await repository.list()).map(({ path }) => path).filter(tables);
}
