import type { TokenBatch, Tokenizer } from "@kokeshi/tokenizer/load";

/** Whether n occurrences of a token in a text weigh n, or 1 + ln n (`weighSublinear`). */
export type TermFrequency = "linear" | "sublinear";

/** How a family turns a text into the tokens whose vectors are averaged. No family adds special tokens. */
export interface TextRules {
  /** Characters (code points) of a text that are looked at. */
  characters: number;
  /** Tokens that the tokenizer gives, before any are dropped. */
  encodedTokens: number;
  /** Id that is dropped. */
  droppedId: number | undefined;
  /** Tokens that are averaged. */
  tokens: number;
  /** Default: "linear". */
  termFrequency?: TermFrequency;
}

const atMost = (limit: number | undefined) => limit ?? Infinity;

/**
 * Keeps unknown tokens, cuts nothing but what the tokenizer's own file says
 * (sentence_transformers/models/StaticEmbedding.py).
 */
export function staticEmbeddingRules(tokenizer: Tokenizer, maxTokens: number | undefined): TextRules {
  const tokens = Math.min(atMost(tokenizer.maxTokensInFile), atMost(maxTokens));
  return { characters: Infinity, encodedTokens: tokens, droppedId: undefined, tokens };
}

/** Default of `max_length` in Model2Vec's `encode`. */
const model2VecMaxTokens = 512;

/**
 * Drops unknown tokens, averages at most 512, and looks only at the first 512 x m characters, m being the median length
 * of the vocabulary's tokens (model2vec/model.py, `tokenize`).
 */
export function model2VecRules(tokenizer: Tokenizer, maxTokens: number | undefined): TextRules {
  const tokens = Math.min(model2VecMaxTokens, atMost(maxTokens));
  return {
    characters: tokens * medianTokenLength(tokenizer),
    encodedTokens: atMost(tokenizer.maxTokensInFile),
    droppedId: tokenizer.unknownId,
    tokens,
  };
}

/** `int(numpy.median(lengths))`, lengths in code points. */
function medianTokenLength(tokenizer: Tokenizer): number {
  const lengths = Uint32Array.from(tokenizer.vocabulary().keys(), (token) => Array.from(token).length).sort();
  const middle = lengths.length >> 1;
  const upper = lengths[middle] ?? 0;
  const median = lengths.length % 2 === 1 ? upper : (upper + (lengths[middle - 1] ?? 0)) / 2;
  return Math.floor(median);
}

/** Texts in one string, one after the other. */
export interface JoinedTexts {
  joined: string;
  /** UTF-16 units of each text. */
  lengths: Uint32Array;
}

/** The tokens to average, row by row, and the texts that were cut on the way. */
export function encodeTexts(
  tokenizer: Tokenizer,
  rules: TextRules,
  texts: readonly string[] | JoinedTexts,
): TokenBatch {
  const { characters, encodedTokens, tokens, droppedId } = rules;
  const options = {
    addSpecialTokens: false,
    maxTokens: encodedTokens === Infinity ? undefined : encodedTokens,
  };
  let batch: TokenBatch;
  const truncated = new Set<number>();
  if (characters !== Infinity) {
    const starts = ("joined" in texts ? splitTexts(texts) : texts).map((text, row) => {
      const start = firstCharacters(text, characters);
      if (start.length < text.length) truncated.add(row);
      return start;
    });
    batch = tokenizer.encodeBatch(starts, options);
  } else if ("joined" in texts) batch = tokenizer.encodeJoined(texts.joined, texts.lengths, options);
  else batch = tokenizer.encodeBatch(texts, options);
  if (characters === Infinity && droppedId === undefined && tokens >= encodedTokens) return batch;
  for (const row of batch.truncated) truncated.add(row);
  const ids = dropAndCut(batch, rules, truncated);
  return { ids, starts: batch.starts, truncated: Array.from(truncated).sort((a, b) => a - b) };
}

/** Closes the gaps in place: `batch` is ours. */
function dropAndCut(
  { ids, starts }: TokenBatch,
  { droppedId, tokens }: TextRules,
  truncated: Set<number>,
): Uint32Array {
  let written = 0;
  let next = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    const end = starts[row + 1] as number;
    const last = written + tokens;
    for (; next < end; next++) {
      const id = ids[next] as number;
      if (id === droppedId) continue;
      if (written === last) {
        truncated.add(row);
        break;
      }
      ids[written++] = id;
    }
    next = end;
    starts[row + 1] = written;
  }
  return ids.subarray(0, written);
}

function splitTexts({ joined, lengths }: JoinedTexts): string[] {
  let end = 0;
  return Array.from(lengths, (length) => joined.slice(end, (end += length)));
}

function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken++) {
    end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}
