import { mixedTerms } from "./mixed-terms.js";

/** How a text falls into terms. */
export type Analyzer = "mixed" | "words" | "bigrams" | "segmenter";

/** Letters, digits and the underscore, as Python's `\w` without combining marks. */
const word = /[\p{L}\p{N}_]+/gu;
const japanese = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}ー";
const japaneseRun = new RegExp(`[${japanese}]+|[A-Za-z0-9_]+`, "gu");
const isJapanese = new RegExp(`^[${japanese}]`, "u");

/**
 * The terms of a text:
 * - `mixed`: after NFKC and lower-casing, words of scripts that put spaces between them, and each two neighbours in a run
 *   of Chinese, Japanese or Korean. For texts of any language, and of several. The fastest.
 * - `words`: lower-cased runs of letters and digits; no stemming, no stop words.
 * - `bigrams`: after NFKC and lower-casing, each two neighbours in a run of kana or kanji (the one of a run of one), and
 *   ASCII words; other characters are dropped.
 * - `segmenter`: after NFKC and lower-casing, what `Intl.Segmenter` takes for words of Japanese. Depends on the ICU
 *   dictionary of the runtime.
 */
export function analyzeText(text: string, analyzer: Analyzer = "mixed"): string[] {
  switch (analyzer) {
    case "mixed":
      return mixedTerms(text);
    case "words":
      return text.toLowerCase().match(word) ?? [];
    case "bigrams":
      return (text.normalize("NFKC").toLowerCase().match(japaneseRun) ?? []).flatMap((run) =>
        isJapanese.test(run) ? bigrams(run) : [run],
      );
    case "segmenter":
      return Array.from(segment(text.normalize("NFKC").toLowerCase()));
  }
}

function bigrams(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

let segmenter: Intl.Segmenter | undefined;

function* segment(text: string): Generator<string, void, undefined> {
  segmenter ??= new Intl.Segmenter("ja", { granularity: "word" });
  for (const { segment: term, isWordLike } of segmenter.segment(text)) if (isWordLike) yield term;
}
