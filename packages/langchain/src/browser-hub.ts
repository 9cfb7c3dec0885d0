import { InvalidArgumentError } from "@kokeshi/core";

/** Stands for `resolveModel` of `@kokeshi/hub` in a browser, which has no folders and packages to look in. */
export function resolveModel(reference: string): Promise<never> {
  return Promise.reject(
    new InvalidArgumentError({
      part: "langchain",
      problem: `load looks for ${reference} on a disk, which a browser has not`,
      remedy: "fetch its files, open them with loadStaticModel, and pass the model to new KokeshiEmbeddings",
    }),
  );
}
