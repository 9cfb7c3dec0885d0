import { InvalidFileError } from "@kokeshi/core";
import { createTokenizer, type Tokenizer } from "@kokeshi/tokenizer";

/** A parsed tokenizer.json that a tokenizer was made of: what the types below say has been checked. */
export interface TokenizerJson extends Record<string, unknown> {
  model: TokenizerJsonModel;
  added_tokens?: AddedToken[] | null;
}

export interface AddedToken extends Record<string, unknown> {
  id: number;
  content: string;
  special?: boolean;
}

export type TokenizerJsonModel = Record<string, unknown> &
  (
    | { type: "Unigram"; vocab: [piece: string, score: number][]; unk_id?: number | null }
    | { type: "BPE"; vocab: Record<string, number>; merges: (string | [string, string])[] }
    | { type: "WordPiece" | "WordLevel"; vocab: Record<string, number>; unk_token: string }
  );

export interface ParsedTokenizer {
  json: TokenizerJson;
  tokenizer: Tokenizer;
}

/** Throws InvalidFileError for contents that are no tokenizer.json. */
export function parseTokenizer(contents: string | Uint8Array): ParsedTokenizer {
  let json: unknown;
  try {
    const text =
      typeof contents === "string" ? contents : new TextDecoder("utf-8", { fatal: true }).decode(contents);
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidFileError({
      part: "training",
      problem: `tokenizer.json is not JSON (${(cause as Error).message})`,
      remedy: "pass the tokenizer.json of a Hugging Face model",
      cause,
    });
  }
  const tokenizer = createTokenizer(json);
  return { json: withType(json as TokenizerJson), tokenizer };
}

/** Files written before tokenizers 0.9 leave `model.type` out; the keys tell the type. */
function withType(json: TokenizerJson): TokenizerJson {
  if ((json.model.type as string | undefined) !== undefined) return json;
  const type = Array.isArray(json.model["vocab"])
    ? "Unigram"
    : "merges" in json.model
      ? "BPE"
      : "continuing_subword_prefix" in json.model
        ? "WordPiece"
        : "WordLevel";
  return { ...json, model: { ...json.model, type } as TokenizerJsonModel };
}
