import { composingStarters, unknownToNormalization } from "./unicode-sets.js";

export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** `String.prototype.normalize`, except for characters that the Rust library's tables are too old to know. */
export function toForm(text: string, form: NormalizationForm): string {
  if (text.length > longestUnordered) text = inCanonicalOrder(text, form);
  const normalized = text.normalize(form);
  if (normalized === text) return text;
  let result = "";
  let known = "";
  for (const character of text) {
    if (!unknownToNormalization.has(character.codePointAt(0) as number)) {
      known += character;
      continue;
    }
    result += known.normalize(form) + character;
    known = "";
  }
  // Nothing unknown in it is the rule.
  return result === "" ? normalized : result + known.normalize(form);
}

/** Engines order marks by insertion, in quadratic time: half a second for 50,000 of them. */
const longestUnordered = 1000;

/** Decomposes a text and puts its marks in order, in linear time but for the number of different marks. */
function inCanonicalOrder(text: string, form: NormalizationForm): string {
  const parts = new Map<string, readonly string[]>();
  let result = "";
  let marks: string[] = [];
  const ranks = new Map<string, number>();
  for (const character of text) {
    let decomposed = parts.get(character);
    if (decomposed === undefined) {
      decomposed = Array.from(toForm(character, decompositionOf(form)));
      parts.set(character, decomposed);
      for (const part of decomposed) {
        if (hasCombiningClass(part.codePointAt(0) as number)) ranks.set(part, 0);
      }
    }
  }
  rankMarks(ranks);
  const byRank = (a: string, b: string) => (ranks.get(a) as number) - (ranks.get(b) as number);
  for (const character of text) {
    for (const part of parts.get(character) as readonly string[]) {
      if (ranks.has(part)) {
        marks.push(part);
        continue;
      }
      result += marks.sort(byRank).join("") + part;
      marks = [];
    }
  }
  return result + marks.sort(byRank).join("");
}

/** Gives each mark the rank of its combining class. */
function rankMarks(ranks: Map<string, number>): void {
  const comesAfter = (a: string, b: string) => `${a}${b}`.normalize("NFD") !== `${a}${b}`;
  const marks = [...ranks.keys()].sort((a, b) => Number(comesAfter(a, b)) - Number(comesAfter(b, a)));
  let rank = 0;
  marks.forEach((mark, index) => {
    if (index > 0 && comesAfter(mark, marks[index - 1] as string)) rank++;
    ranks.set(mark, rank);
  });
}

function decompositionOf(form: NormalizationForm): NormalizationForm {
  return form === "NFC" || form === "NFD" ? "NFD" : "NFKD";
}

/** Whether normalization may reorder or compose a character with those before it. */
export function joinsInForm(codePoint: number, form: NormalizationForm): boolean {
  if (codePoint < 0x300) return false;
  const first = toForm(String.fromCodePoint(codePoint), decompositionOf(form)).codePointAt(0) as number;
  return hasCombiningClass(first) || composingStarters.has(first);
}

/** Whether the canonical combining class of a character that does not decompose is other than 0. */
export function hasCombiningClass(codePoint: number): boolean {
  if (codePoint < 0x300 || unknownToNormalization.has(codePoint)) return false;
  // U+0345 alone has the greatest class, 240: everything of a class between sorts before it.
  const probe = `\u0345${String.fromCodePoint(codePoint)}`;
  return codePoint === 0x345 || probe.normalize("NFD") !== probe;
}
