import type { EmbeddingModel } from "./embedding-model.js";
import { InvalidArgumentError } from "./errors.js";

/** Names under which models keep the prompt for documents, as sentence-transformers' `encode_document` tries them. */
const documentNames = ["document", "passage", "corpus"];

/**
 * The text to put before each input. `query` and `document` are always allowed (a model without such a prompt gets
 * its default one, or none); any other input type must be one of the model's own.
 */
export function resolvePrompt(
  model: Pick<EmbeddingModel, "prompts" | "modelId" | "defaultInputType">,
  { inputType, prompt }: { inputType?: string; prompt?: string },
): string {
  if (prompt !== undefined) return prompt;
  const fallback = ownPrompt(model, model.defaultInputType) ?? "";
  if (inputType === undefined) return fallback;
  const names = inputType === "document" ? documentNames : [inputType];
  for (const name of names) {
    const own = ownPrompt(model, name);
    if (own !== undefined) return own;
  }
  if (inputType === "query" || inputType === "document") return fallback;
  throw new InvalidArgumentError({
    part: "core",
    problem: `${model.modelId} has no prompt for the input type "${inputType}"`,
    remedy: `use one of ${["query", "document", ...Object.keys(model.prompts)].filter((name, i, all) => all.indexOf(name) === i).join(", ")}, or pass the text of the prompt as \`prompt\``,
  });
}

function ownPrompt(
  { prompts }: Pick<EmbeddingModel, "prompts">,
  name: string | undefined,
): string | undefined {
  return name !== undefined && Object.hasOwn(prompts, name) ? prompts[name] : undefined;
}
