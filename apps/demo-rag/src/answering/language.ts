export type Language = "en" | "ja";

/** Japanese where there is kana or kanji, else English: the two languages the demo speaks itself. */
export function languageOf(text: string): Language {
  return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text) ? "ja" : "en";
}
