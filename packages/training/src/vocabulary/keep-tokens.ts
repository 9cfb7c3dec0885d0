import { InvalidArgumentError } from "@kokeshi/core";
import {
  parseTokenizer,
  type AddedToken,
  type ParsedTokenizer,
  type TokenizerJson,
  type TokenizerJsonModel,
} from "./tokenizer-json.js";

export interface SmallerTokenizer {
  tokenizer: ParsedTokenizer;
  /** `formerIds[i]` is the id that token i had before. */
  formerIds: Uint32Array;
}

/**
 * A tokenizer without the tokens that `keep` refuses. They leave the file, so that text falls to the tokens that stay,
 * which are numbered anew in their old order. The unknown token always stays. Where the algorithm is BPE, what a token
 * is merged from stays too, and merges go with their tokens.
 *
 * A static model puts nothing around a text and cuts nothing: `post_processor`, `truncation` and `padding` are emptied.
 */
export function keepTokens(
  { json, tokenizer }: ParsedTokenizer,
  keep: (token: string, id: number) => boolean,
): SmallerTokenizer {
  const tokens = listTokens(json);
  const kept = new Set<number>();
  for (const [id, token] of tokens) if (id === tokenizer.unknownId || keep(token, id)) kept.add(id);
  if (json.model.type === "BPE") addMergedFrom(json.model, kept);
  if (kept.size === 0) {
    throw new InvalidArgumentError({
      part: "training",
      problem: "no token of the vocabulary would be left",
      remedy: "keep at least one",
    });
  }
  const formerIds = Uint32Array.from(kept).sort();
  const newIds = new Map(Array.from(formerIds, (former, id) => [former, id]));
  const added = (json.added_tokens ?? []).flatMap((token): AddedToken[] => {
    const id = newIds.get(token.id);
    return id === undefined ? [] : [{ ...token, id }];
  });
  const smaller: TokenizerJson = {
    ...json,
    truncation: null,
    padding: null,
    added_tokens: added,
    post_processor: null,
    model: smallerModel(json.model, newIds),
  };
  return { tokenizer: parseTokenizer(JSON.stringify(smaller)), formerIds };
}

/** Every token by its id, in the order of the ids. */
export function listTokens({ model, added_tokens }: TokenizerJson): Map<number, string> {
  const tokens: [number, string][] =
    model.type === "Unigram"
      ? model.vocab.map(([piece], id) => [id, piece])
      : Object.entries(model.vocab).map(([token, id]) => [id, token]);
  const added = (added_tokens ?? []).map(({ id, content }): [number, string] => [id, content]);
  return new Map([...tokens, ...added].sort(([a], [b]) => a - b));
}

function smallerModel(model: TokenizerJsonModel, newIds: ReadonlyMap<number, number>): TokenizerJsonModel {
  if (model.type === "Unigram") {
    const vocab = model.vocab.filter((_, id) => newIds.has(id));
    const unknown = model.unk_id ?? undefined;
    return { ...model, vocab, unk_id: unknown === undefined ? null : (newIds.get(unknown) ?? null) };
  }
  const vocab = Object.fromEntries(
    Object.entries(model.vocab).flatMap(([token, id]): [string, number][] => {
      const newId = newIds.get(id);
      return newId === undefined ? [] : [[token, newId]];
    }),
  );
  if (model.type !== "BPE") return { ...model, vocab };
  const merges = model.merges.filter((merge) => {
    const [left, right] = partsOf(merge);
    return [left, right, joined(left, right, model)].every((token) => Object.hasOwn(vocab, token));
  });
  return { ...model, vocab, merges };
}

/** Adds to `kept` what its tokens are merged from, and that in turn. */
function addMergedFrom(model: TokenizerJsonModel & { type: "BPE" }, kept: Set<number>): void {
  const sources = new Map<string, string[]>();
  for (const merge of model.merges) {
    const [left, right] = partsOf(merge);
    const token = joined(left, right, model);
    sources.set(token, [...(sources.get(token) ?? []), left, right]);
  }
  const waiting = Object.keys(model.vocab).filter((token) => kept.has(model.vocab[token] as number));
  for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
    for (const source of sources.get(token) ?? []) {
      const id = model.vocab[source];
      if (id === undefined || kept.has(id)) continue;
      kept.add(id);
      waiting.push(source);
    }
  }
}

function partsOf(merge: string | [string, string]): [string, string] {
  if (typeof merge !== "string") return merge;
  const space = merge.indexOf(" ");
  return [merge.slice(0, space), merge.slice(space + 1)];
}

function joined(left: string, right: string, model: TokenizerJsonModel): string {
  const prefix = model["continuing_subword_prefix"];
  const isPrefixed = typeof prefix === "string" && prefix !== "" && right.startsWith(prefix);
  return left + (isPrefixed ? right.slice(prefix.length) : right);
}
