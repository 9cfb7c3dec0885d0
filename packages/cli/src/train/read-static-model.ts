import type { StaticEmbeddingModel } from "@kokeshi/static-model";
import { createTokenizer, type Tokenizer } from "@kokeshi/tokenizer";
import type { CommandContext } from "../command-context.js";
import { openModel } from "../open-model.js";

/** What `use` makes of a static model, which is closed afterwards. Throws InvalidArgumentError for another model. */
export async function withStaticModel<Result>(
  reference: string,
  context: CommandContext,
  use: (
    read: StaticEmbeddingModel,
    opened: Awaited<ReturnType<typeof openModel>>,
  ) => Result | Promise<Result>,
): Promise<Result> {
  const { readStaticModel } = await import("@kokeshi/training");
  const opened = await openModel(reference, context);
  try {
    return await use(readStaticModel(opened.model), opened);
  } finally {
    await opened.model.close();
  }
}

/** Its tokenizer. Throws InvalidFileError for one that does not open. */
export function tokenizerOf({ tokenizerJson }: StaticEmbeddingModel): Tokenizer {
  const text = typeof tokenizerJson === "string" ? tokenizerJson : new TextDecoder().decode(tokenizerJson);
  return createTokenizer(JSON.parse(text));
}
