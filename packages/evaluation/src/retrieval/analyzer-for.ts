import type { Analyzer } from "@kokeshi/lexical";

/** `bigrams` for Japanese, `words` for other languages; where no language is named, what most of the texts look like. */
export function analyzerFor(languages: readonly string[], texts: readonly string[]): Analyzer {
  if (languages.length > 0)
    return languages.some((language) => /^ja|^jpn/.test(language)) ? "bigrams" : "words";
  const sample = texts.slice(0, 1000);
  const inKana = sample.filter((text) => /[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text)).length;
  return inKana * 2 > sample.length ? "bigrams" : "words";
}
