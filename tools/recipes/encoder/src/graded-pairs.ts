import type { GradedTextPair } from "@kokeshi/training";

/** Texts equal under this are the same sentence: NFKC, lower case, single spaces, as the training data were deduplicated. */
function normalized(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** The graded pairs of which neither sentence is one of the sentences that a test scores. */
export async function* withoutTestSentences(
  pairs: AsyncIterable<GradedTextPair>,
  testPairs: AsyncIterable<GradedTextPair>,
): AsyncGenerator<GradedTextPair, void, undefined> {
  const seen = new Set<string>();
  for await (const { sentence1, sentence2 } of testPairs)
    seen.add(normalized(sentence1)).add(normalized(sentence2));
  for await (const pair of pairs)
    if (!seen.has(normalized(pair.sentence1)) && !seen.has(normalized(pair.sentence2))) yield pair;
}
