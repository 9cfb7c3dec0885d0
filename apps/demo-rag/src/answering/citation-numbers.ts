/** [1], [1, 2] and the full-width brackets that Japanese models write, with the spaces before. */
const citation = /([ \t]*)[[［【]\s*(\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*[\]］】]/g;

export interface CheckedCitations {
  /** The text with every citation as [n], and those that point nowhere left out. */
  text: string;
  /** Numbers cited, in order of first appearance. */
  cited: number[];
  /** Numbers the text cited that do not exist. */
  unknown: number[];
}

/** Checks the citations of a written answer against the passages it was given, numbered from 1 to `count`. */
export function checkCitations(text: string, count: number): CheckedCitations {
  const cited = new Set<number>();
  const unknown = new Set<number>();
  const checked = text.replace(citation, (_, space: string, list: string) => {
    const numbers = list.split(/\s*[,、，]\s*/).map(Number);
    const known = numbers.filter((number) => number >= 1 && number <= count);
    for (const number of numbers) (known.includes(number) ? cited : unknown).add(number);
    return known.length === 0 ? "" : space + known.map((number) => `[${number}]`).join("");
  });
  return { text: checked, cited: [...cited], unknown: [...unknown] };
}
