import { weighSublinear, type TermFrequency, type WeighedTokens } from "@kokeshi/static-model";
import type { TokenRows } from "./token-rows.js";

/** Texts as a model of this term frequency averages them. `tokens` stay as they are. */
export function withTermFrequency(tokens: TokenRows, termFrequency: TermFrequency = "linear"): WeighedTokens {
  if (termFrequency === "linear") return tokens;
  return weighSublinear({ ids: tokens.ids.slice(), starts: tokens.starts.slice() });
}
