import { addWords } from "../vocabulary/add-words.js";
import { commonTokens } from "../vocabulary/common-tokens.js";
import { countTokens } from "../vocabulary/count-tokens.js";
import { keepTokens } from "../vocabulary/keep-tokens.js";
import { parseTokenizer, type ParsedTokenizer } from "../vocabulary/tokenizer-json.js";
import type { DistilOptions } from "./distil-options.js";

export interface StudentTokenizer {
  parsed: ParsedTokenizer;
  /** The words that were added, by their ids. */
  words: ReadonlyMap<number, string>;
  unreachable: readonly string[];
  /** Ids that the tokens have in the file that was given, where no words were added. */
  formerIds: Uint32Array;
}

/** Without special tokens and those that are to be removed, with the words, and of the size that was asked for. */
export async function studentTokenizer(
  tokenizerJson: string | Uint8Array,
  { removeTokens = /^\[unused\d+\]$/, words = [], vocabularySize, texts = [], signal }: DistilOptions,
): Promise<StudentTokenizer> {
  const given = parseTokenizer(tokenizerJson);
  const isSpecial = new Set(
    (given.json.added_tokens ?? []).filter((token) => token.special === true).map(({ id }) => id),
  );
  const plain = keepTokens(given, (token, id) => !isSpecial.has(id) && token.search(removeTokens) < 0);
  const larger =
    words.length === 0
      ? { tokenizer: plain.tokenizer, added: new Map<number, string>(), unreachable: [] }
      : addWords(plain.tokenizer, words);
  const { tokenizer: parsed, added, unreachable } = larger;
  if (vocabularySize === undefined || vocabularySize >= parsed.tokenizer.vocabularySize) {
    return { parsed, words: added, unreachable, formerIds: plain.formerIds };
  }
  const counts = await countTokens(parsed.tokenizer, texts, { signal });
  const common = commonTokens(parsed, counts, vocabularySize);
  const smaller = keepTokens(parsed, (_, id) => common.has(id));
  const keptWords = new Map<number, string>();
  smaller.formerIds.forEach((former, id) => {
    const word = added.get(former);
    if (word !== undefined) keptWords.set(id, word);
  });
  const formerIds = smaller.formerIds.map((former) => plain.formerIds[former] ?? 0);
  return { parsed: smaller.tokenizer, words: keptWords, unreachable, formerIds };
}
