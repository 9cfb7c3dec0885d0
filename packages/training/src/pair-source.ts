import type { TextPair } from "./read-pairs.js";
import { hashRows, type TokenRows } from "./token-rows.js";
import { tokenizeColumns, type PairTokenizer } from "./tokenize-columns.js";

/** Tokenised pairs of one kind: anchor i belongs with positive i. */
export interface PairSource {
  name: string;
  pairs: number;
  anchors: TokenRows;
  positives: TokenRows;
  /** Hash of each text, by which equal ones are told. */
  anchorHashes: Uint32Array;
  positiveHashes: Uint32Array;
  /** An explicit negative for each pair, without tokens where a pair has none. */
  negatives?: TokenRows;
  negativeHashes?: Uint32Array;
  /** Factor on how often the source is drawn. Default: 1. */
  weight?: number;
}

export interface PairSourceOptions {
  /** Keep the `negative` of the pairs that have one: they join the softmax of every anchor. Default: false. */
  negatives?: boolean;
}

/** Tokenises a stream of pairs without special tokens, as a static model reads them. */
export async function tokenizePairs(
  name: string,
  pairs: AsyncIterable<TextPair> | Iterable<TextPair>,
  tokenizer: PairTokenizer,
  { negatives = false }: PairSourceOptions = {},
): Promise<PairSource> {
  const columns: ((pair: TextPair) => string)[] = [({ anchor }) => anchor, ({ positive }) => positive];
  if (negatives) columns.push(({ negative }) => negative ?? "");
  const [anchors, positives, kept] = await tokenizeColumns(pairs, columns, tokenizer);
  return pairSource(name, anchors as TokenRows, positives as TokenRows, kept);
}

/** A source from rows already tokenised. */
export function pairSource(
  name: string,
  anchors: TokenRows,
  positives: TokenRows,
  negatives?: TokenRows,
): PairSource {
  return {
    name,
    pairs: anchors.starts.length - 1,
    anchors,
    positives,
    anchorHashes: hashRows(anchors),
    positiveHashes: hashRows(positives),
    ...(negatives === undefined ? {} : { negatives, negativeHashes: hashRows(negatives) }),
  };
}
