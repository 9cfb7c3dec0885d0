/** East Asian wide and full-width characters, and emoji: two columns of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that sit on the character before them. */
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The text on one line, cut to `columns`; an ellipsis says that it was cut. */
export function fitToWidth(text: string, columns: number): string {
  let fitted = "";
  let width = 0;
  for (const character of oneLine(text)) {
    const next = width + characterWidth(character);
    if (next > columns) {
      while (displayWidth(fitted) > columns - 1) fitted = Array.from(fitted).slice(0, -1).join("");
      return `${fitted}…`;
    }
    fitted += character;
    width = next;
  }
  return fitted;
}

/** Control characters could move a terminal's cursor, and XML has no place for them or for lone surrogates. */
function* oneLine(text: string): Generator<string> {
  for (const character of text) {
    yield /[\p{Cc}\u2028\u2029]/u.test(character)
      ? " "
      : /[\p{Cs}\ufffe\uffff]/u.test(character)
        ? "\ufffd"
        : character;
  }
}
