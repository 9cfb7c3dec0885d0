/** Kana, kanji, hangul and full-width forms: characters as wide as two Latin ones. */
const wideCharacters =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/g;

/** Length in columns: a Japanese character says about as much as two Latin ones, and is as wide. */
export function displayWidth(text: string): number {
  return text.length + (text.match(wideCharacters)?.length ?? 0);
}
