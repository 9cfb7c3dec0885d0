import type { GradedTextPair } from "./read-graded-pairs.js";
import type { TokenRows } from "./token-rows.js";
import { tokenizeColumns, type PairTokenizer } from "./tokenize-columns.js";

/** Tokenised pairs with a grade each. */
export interface GradedSource {
  name: string;
  pairs: number;
  first: TokenRows;
  second: TokenRows;
  /** How alike the two texts are: any scale, of which only the order matters. */
  scores: Float32Array;
  /** Factor on how often the source is drawn. Default: 1. */
  weight?: number;
}

/** Tokenises a stream of graded pairs without special tokens, as a static model reads them. */
export async function tokenizeGradedPairs(
  name: string,
  pairs: AsyncIterable<GradedTextPair> | Iterable<GradedTextPair>,
  tokenizer: PairTokenizer,
): Promise<GradedSource> {
  const scores: number[] = [];
  async function* noted(): AsyncGenerator<GradedTextPair> {
    for await (const pair of pairs) {
      scores.push(pair.score);
      yield pair;
    }
  }
  const [first, second] = (await tokenizeColumns(
    noted(),
    [({ sentence1 }) => sentence1, ({ sentence2 }) => sentence2],
    tokenizer,
  )) as [TokenRows, TokenRows];
  return { name, pairs: scores.length, first, second, scores: Float32Array.from(scores) };
}
