import type { InferenceSession } from "onnxruntime-node";
import { invalidModel } from "../invalid-model.js";
import type { EncoderPlan } from "./encoder-plan.js";

export interface GraphOutput {
  name: string;
  /** A vector for every token, which pooling makes one, or one that the graph has pooled itself. */
  of: "tokens" | "texts";
}

const tokenOutputs = ["last_hidden_state", "token_embeddings", "hidden_states", "encoder_last_hidden_state"];
const textOutputs = ["sentence_embedding", "sentence_embeddings", "text_embeds", "embeddings"];

/**
 * Which output of the graph to take: vectors of tokens where there are any, since the folder says how to pool them;
 * `pooler_output`, a layer trained for something else, never.
 */
export function chooseOutput(
  { outputMetadata }: InferenceSession,
  { graph, modelId }: EncoderPlan,
): GraphOutput {
  const outputs = outputMetadata.flatMap((output) =>
    output.isTensor && (output.type === "float32" || output.type === "float16")
      ? [{ name: output.name, rank: output.shape.length }]
      : [],
  );
  const named = (names: readonly string[], rank: number) =>
    names.find((name) => outputs.some((output) => output.name === name && output.rank === rank));
  const onlyOfRank = (rank: number) => {
    const found = outputs.filter((output) => output.rank === rank && output.name !== "pooler_output");
    return found.length === 1 ? found[0]?.name : undefined;
  };
  const tokens = named(tokenOutputs, 3) ?? onlyOfRank(3);
  if (tokens !== undefined) return { name: tokens, of: "tokens" };
  const texts = named(textOutputs, 2) ?? onlyOfRank(2);
  if (texts !== undefined) return { name: texts, of: "texts" };
  throw invalidModel(
    `${graph.path} of ${modelId} has no output with vectors of tokens or texts, but ${
      outputMetadata.map(({ name }) => name).join(", ") || "none"
    }`,
    `export the model with the output ${tokenOutputs[0]}`,
  );
}
