import { tokenizePairs, type PairTokenizer, type TokenRows } from "@kokeshi/training";

/** Token rows of a stream of texts, without special tokens. */
export async function tokenizeTexts(
  texts: AsyncIterable<string>,
  tokenizer: PairTokenizer,
): Promise<TokenRows> {
  async function* rows() {
    for await (const text of texts) yield { anchor: text, positive: "" };
  }
  return (await tokenizePairs("texts", rows(), tokenizer)).anchors;
}
