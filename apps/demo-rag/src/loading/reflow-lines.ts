import { displayWidth } from "../splitting/display-width.js";

/** Text narrower than this is not wrapped prose. */
const narrowestColumn = 40;

const wide = /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/;

/** Width of the longest line, in columns. */
export function longestLine(texts: readonly string[]): number {
  let longest = 0;
  for (const text of texts) {
    for (const line of text.split("\n")) longest = Math.max(longest, displayWidth(line.trimEnd()));
  }
  return longest;
}

/**
 * Joins the lines of wrapped paragraphs: a line nearly `columns` wide was cut by the page's margin, not by its
 * author. Words are joined with a space, Japanese characters without.
 */
export function reflowLines(text: string, columns: number): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  let joined = lines[0] ?? "";
  for (let i = 1; i < lines.length; i++) {
    const before = lines[i - 1] as string;
    const line = lines[i] as string;
    const wrapped = line !== "" && columns >= narrowestColumn && displayWidth(before) >= 0.8 * columns;
    if (!wrapped) joined += "\n" + line;
    else if (wide.test(before.at(-1) ?? "") && wide.test(line[0] ?? "")) joined += line;
    else joined += " " + line;
  }
  return joined;
}
