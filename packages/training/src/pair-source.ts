import type { TextPair } from "./read-pairs.js";
import { hashRows, TokenRowsBuilder, type TokenRows } from "./token-rows.js";

/** Tokenised pairs of one kind: anchor i belongs with positive i. */
export interface PairSource {
  name: string;
  pairs: number;
  anchors: TokenRows;
  positives: TokenRows;
  /** Hash of each text, by which equal ones are told. */
  anchorHashes: Uint32Array;
  positiveHashes: Uint32Array;
}

/** What training needs of a tokenizer: that of `@kokeshi/tokenizer` does, and so does one that answers later. */
export interface PairTokenizer {
  encodeBatch(
    texts: readonly string[],
    options: { addSpecialTokens: boolean },
  ): TokenRows | Promise<TokenRows>;
}

const pairsAtOnce = 4096;

/** Tokenises a stream of pairs without special tokens, as a static model reads them. */
export async function tokenizePairs(
  name: string,
  pairs: AsyncIterable<TextPair> | Iterable<TextPair>,
  tokenizer: PairTokenizer,
): Promise<PairSource> {
  const anchors = new TokenRowsBuilder();
  const positives = new TokenRowsBuilder();
  let waiting: TextPair[] = [];

  async function tokenizeWaiting(): Promise<void> {
    const options = { addSpecialTokens: false };
    anchors.append(
      await tokenizer.encodeBatch(
        waiting.map(({ anchor }) => anchor),
        options,
      ),
    );
    positives.append(
      await tokenizer.encodeBatch(
        waiting.map(({ positive }) => positive),
        options,
      ),
    );
    waiting = [];
  }

  for await (const pair of pairs) {
    waiting.push(pair);
    if (waiting.length === pairsAtOnce) await tokenizeWaiting();
  }
  await tokenizeWaiting();
  return pairSource(name, anchors.finish(), positives.finish());
}

/** A source from rows already tokenised. */
export function pairSource(name: string, anchors: TokenRows, positives: TokenRows): PairSource {
  return {
    name,
    pairs: anchors.starts.length - 1,
    anchors,
    positives,
    anchorHashes: hashRows(anchors),
    positiveHashes: hashRows(positives),
  };
}
