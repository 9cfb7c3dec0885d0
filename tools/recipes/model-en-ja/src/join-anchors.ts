import type { TextPair } from "@kokeshi/training";

/**
 * In every second pair the positive begins with the anchor, as a document does with its title. Where an anchor is a heading or
 * the first sentence of what follows, the two share few words, and the words are what a search for the anchor would find.
 */
export async function* joinAnchors(pairs: AsyncIterable<TextPair>): AsyncGenerator<TextPair> {
  let joined = false;
  for await (const pair of pairs) {
    yield joined ? { ...pair, positive: `${pair.anchor} ${pair.positive}` } : pair;
    joined = !joined;
  }
}
