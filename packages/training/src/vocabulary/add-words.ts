import { InvalidArgumentError } from "@kokeshi/core";
import { keepTokens, listTokens } from "./keep-tokens.js";
import { parseTokenizer, type ParsedTokenizer, type TokenizerJsonModel } from "./tokenizer-json.js";

export interface LargerTokenizer {
  tokenizer: ParsedTokenizer;
  /** Words that are tokens now, by id: those that were given and were none before. */
  added: ReadonlyMap<number, string>;
  /** Words that this tokenizer never takes as one token, such as phrases where it splits at spaces. */
  unreachable: readonly string[];
}

/**
 * A tokenizer that takes each of these words as one token. Their spelling is that in which the tokenizer takes them
 * apart today, so normalised as it normalises.
 *
 * In a Unigram vocabulary a word gets the sum of the scores of the pieces it is made of, and a little more: it is
 * preferred to just those pieces. Throws InvalidArgumentError for BPE, where a token needs merges that lead to it.
 */
export function addWords(parsed: ParsedTokenizer, words: readonly string[]): LargerTokenizer {
  const { json, tokenizer } = parsed;
  const { model } = json;
  if (model.type === "BPE") {
    throw new InvalidArgumentError({
      part: "training",
      problem: "words cannot be added to a BPE vocabulary",
      remedy: "use a tokenizer of the type Unigram, WordPiece or WordLevel, or add none",
    });
  }
  const known = new Set(listTokens(json).values());
  const tokenOf = spelling(parsed, model);
  const newTokens = new Map<string, { word: string; score: number }>();
  for (const word of words) {
    const ids = tokenizer.encode(word, { addSpecialTokens: false });
    const token = tokenOf(word, ids);
    if (token === "" || known.has(token) || newTokens.has(token)) continue;
    newTokens.set(token, { word, score: model.type === "Unigram" ? scoreOf(ids, model.vocab) : 0 });
  }
  const first = tokenizer.vocabularySize;
  const larger = parseTokenizer(JSON.stringify({ ...json, model: largerModel(model, newTokens, first) }));
  const wordsById = new Map(Array.from(newTokens.values(), ({ word }, index) => [first + index, word]));
  const isReached = (word: string, id: number): boolean => {
    const ids = larger.tokenizer.encode(word, { addSpecialTokens: false });
    return ids.length === 1 && ids[0] === id;
  };
  const unreachable = new Map(Array.from(wordsById).filter(([id, word]) => !isReached(word, id)));
  const { tokenizer: reachable, formerIds } = keepTokens(larger, (_, id) => !unreachable.has(id));
  const added = new Map<number, string>();
  formerIds.forEach((former, id) => {
    const word = wordsById.get(former);
    if (word !== undefined) added.set(id, word);
  });
  return { tokenizer: reachable, added, unreachable: Array.from(unreachable.values()) };
}

/** The token that a word would be: its present tokens as one. */
function spelling({ json, tokenizer }: ParsedTokenizer, model: TokenizerJsonModel) {
  const tokens = listTokens(json);
  const prefix = model["continuing_subword_prefix"];
  const continuing = model.type === "WordPiece" ? (typeof prefix === "string" ? prefix : "##") : "";
  return (word: string, ids: Uint32Array): string => {
    if (tokenizer.unknownId !== undefined && ids.includes(tokenizer.unknownId)) return word;
    return Array.from(ids, (id, index) => {
      const token = tokens.get(id) ?? "";
      return index > 0 && token.startsWith(continuing) ? token.slice(continuing.length) : token;
    }).join("");
  };
}

const margin = 1e-3;

function scoreOf(ids: Uint32Array, vocab: readonly (readonly [string, number])[]): number {
  return ids.reduce((sum, id) => sum + (vocab[id]?.[1] ?? 0), margin);
}

function largerModel(
  model: Exclude<TokenizerJsonModel, { type: "BPE" }>,
  newTokens: ReadonlyMap<string, { score: number }>,
  first: number,
): TokenizerJsonModel {
  if (model.type === "Unigram") {
    // Ids are positions: tokens that are in added_tokens alone would come in between.
    if (first !== model.vocab.length) {
      throw new InvalidArgumentError({
        part: "training",
        problem: "words cannot be added to a Unigram vocabulary with added tokens of its own ids",
        remedy: "remove the added tokens first",
      });
    }
    const pieces = Array.from(newTokens, ([token, { score }]): [string, number] => [token, score]);
    return { ...model, vocab: [...model.vocab, ...pieces] };
  }
  const added = Array.from(newTokens.keys(), (token, index) => [token, first + index] as const);
  return { ...model, vocab: { ...model.vocab, ...Object.fromEntries(added) } };
}
